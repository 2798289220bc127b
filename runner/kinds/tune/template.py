"""The manifest that `runner init Tune` writes."""

TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Tune
metadata:
  name: NAME
  description: One sentence that says what is tuned.
spec:
  # Each variant is a program that rewrites its weight files in place, and reports
  # metrics.json (name: number) in ${output}. ${baseline} holds the files as they stand now.
  variants:
    - name: generalist
      weights: data/weights/NAME.json
      command:
        - python
        - -c
        - |
          import json, pathlib, sys
          weights, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
          old = json.loads(weights.read_text()) if weights.exists() else {"aggression": 0.0}
          new = {name: round(value + 0.1, 3) for name, value in old.items()}
          weights.parent.mkdir(parents=True, exist_ok=True)
          weights.write_text(json.dumps(new))
          (output / "metrics.json").write_text(json.dumps({"aggression": new["aggression"]}))
        - ${variant.weights}
        - ${output}
  # Add a round robin of the trained weights here; `runner schema Tune` lists its fields:
  # validation: {command: [...], matchups: [a-b, a-c, b-c], games: 500}
  resources: {cpu: 1, memory: 1GiB, timeout: 10m}
  budget: {usd: 1}
  gates:
    - {metric: aggression, min: 0}
"""
