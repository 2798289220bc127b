"""The manifest that `runner init Sweep` writes."""

TEMPLATE = """\
# yaml-language-server: $schema=../schemas/job.schema.json
apiVersion: runner/v1
kind: Sweep
metadata:
  name: NAME
  description: One sentence that says what is sought.
spec:
  # A sweep in W&B's own words, or the path of a W&B sweep file: sweep: config/sweeps/mine.yaml
  sweep:
    method: random # or grid, or bayes, which learns from results
    metric: {name: loss, goal: minimize}
    parameters:
      x: {min: -2.0, max: 2.0}
      size: {values: [1, 2, 4]}
    # W&B's macros stand for a trial's parameters: ${args} is --x=0.5 --size=2.
    # The program writes metrics.json (name: number) where RUNNER_OUTPUT_DIR says.
    command:
      - ${interpreter}
      - -c
      - |
        import json, os, pathlib, sys
        point = json.loads(sys.argv[1])
        loss = (point["x"] - 1) ** 2 + 1 / point["size"]
        output = pathlib.Path(os.environ["RUNNER_OUTPUT_DIR"])
        (output / "metrics.json").write_text(json.dumps({"loss": loss}))
      - ${args_json}
  count: 8
  # With `secrets: [WANDB_API_KEY]` the trials log to W&B, which then also chooses the points.
  resources: {cpu: 1, memory: 1GiB, timeout: 10m, max_parallel: 4}
  budget: {usd: 1}
  # Nothing lands without `deploy`: the pull request then holds the best configuration.
  deploy:
    files:
      - {from: best.yaml, to: config/NAME.yaml}
"""
