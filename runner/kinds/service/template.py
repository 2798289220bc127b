"""The manifest that `runner init Service` writes."""

TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Service
metadata:
  name: NAME
  description: One sentence that says who calls this, and for what.
spec:
  # A repository of the Hugging Face hub or a folder; `build` makes this one, tiny and without the hub.
  # For a model of the hub, such as Qwen/Qwen2.5-0.5B-Instruct, leave `build` and `engine` out, and ask for
  # a GPU under `resources`: vLLM generates where there is one.
  model: {name: build/tiny, dtype: float32}
  build: [python, -m, workloads.textgames.tiny, build/tiny, --warm-start, key_door,
          --arguments, '{"size": 2, "max_steps": 12}']
  engine: transformers
  sampling: {temperature: 1.0, top_p: 1.0, max_tokens: 4}
  # Models and adapters that requests may name.
  models: models
  # The secret that holds the passwords' hashes. Make one with: runner service hash
  access: {passwords: SERVICE_PASSWORDS}
  # No container stands, and nothing is paid, while nobody calls.
  scaling: {min_containers: 0, max_containers: 1, scaledown: 5m}
  # What requests may train, and the most that one training may cost; without it there is inference only.
  # training: {job: jobs/my-training.yaml, at_once: 1}
  # budget: {usd: 1}
  idle_shutdown: 1h
  resources: {cpu: 1, memory: 4GiB, timeout: 5m}
"""
