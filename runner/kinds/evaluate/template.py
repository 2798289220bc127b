"""The manifest that `runner init Evaluate` writes."""

TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Evaluate
metadata:
  name: NAME
  description: One sentence that says what is compared.
spec:
  # A repository of the Hugging Face hub or a folder; `build` makes this one, tiny and without the hub.
  # For a model of the hub, such as Qwen/Qwen2.5-0.5B-Instruct, leave `build` out, ask for a GPU under
  # `resources`, and write vllm: {mode: server}. `adapter: models/my-job` lays an adapter over it.
  model: {name: build/tiny, dtype: float32}
  build: [python, -m, workloads.textgames.tiny, build/tiny, --warm-start, key_door,
          --arguments, '{"size": 2, "max_steps": 12}']
  # against: Qwen/Qwen2.5-1.5B-Instruct        another model on the same episodes
  environment: {name: key_door, arguments: {size: 2, max_steps: 24}, history: none}
  episodes: 200
  sampling: {temperature: 1.0, top_p: 1.0, max_tokens: 4}
  vllm: {mode: off}
  resources: {cpu: 1, memory: 4GiB, timeout: 20m}
  budget: {usd: 1}
  gates:
    - {metric: success_rate, min: 0.01}
"""
