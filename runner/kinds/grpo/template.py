"""The manifest that `runner init GRPO` writes."""

TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: GRPO
metadata:
  name: NAME
  description: One sentence that says what is learnt.
spec:
  # A repository of the Hugging Face hub or a folder; `build` makes this one, tiny and without the hub.
  # For a model of the hub, such as Qwen/Qwen2.5-0.5B-Instruct, leave `build` out, ask for a GPU under
  # `resources`, and write vllm: {mode: server}.
  model: {name: build/tiny, dtype: float32}
  build: [python, -m, workloads.textgames.tiny, build/tiny, --warm-start, key_door,
          --arguments, '{"size": 2, "max_steps": 12}']
  environment: {name: key_door, arguments: {size: 2, max_steps: 24}, history: none}
  training:
    steps: 40
    batch_size: 64
    gradient_accumulation_steps: 1
    num_generations: 8
    learning_rate: 1e-3
    max_grad_norm: 1.0
    beta: 0.02
  sampling: {max_tokens: 4}
  vllm: {mode: off}
  # Without `lora: {}` all weights are trained. They land in models/NAME.
  evaluation: {episodes: 200, sampling: {temperature: 1.0, top_p: 1.0}}
  resources: {cpu: 1, memory: 4GiB, timeout: 20m}
  budget: {usd: 1}
  gates:
    # The champion is what stands in models/NAME; the start, as long as there is none.
    - {metric: success_rate, against: champion, min_delta: 0}
"""
