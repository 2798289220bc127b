"""CartPole: PPO in PyTorch on Gymnasium's CartPole-v1, the training program of the example sweeps.

It needs Python 3.11 or newer, torch, gymnasium, numpy and safetensors; wandb for sweeps.

    python workloads/cartpole/train.py --config_id CartPole-v1:ppo --max_env_steps=50000 --seed 7
    python workloads/cartpole/train.py --config_id CartPole-v1:ppo --wandb_sweep

`--config_id` names a configuration of `parameters.py`, which also says what each parameter means. What it
says is replaced by the file given with `--config`, that by the command line, and that, with
`--wandb_sweep`, by `wandb.config`: so the same program runs under `wandb agent`, as a trial of a sweep
job, online or offline, and by hand. A number may be text. `policy_lr` and `clip_range` are numbers, or
{start, end}: then they go from the one to the other along a straight line over the steps of the run. What
is unknown or unusable ends the program with status 2 and one sentence, a loss that is no number with
status 1, SIGTERM and SIGINT with a checkpoint and status 143 or 130.

    RUNNER_SEED            seed, unless --seed is given; default 0
    RUNNER_OUTPUT_DIR      folder of all that is written; default runs/cartpole
    RUNNER_CHECKPOINT_DIR  folder of the checkpoint; a restarted run goes on from it to the same bytes
    RUNNER_BASELINE_DIR    folder that holds the weights that would be replaced, one *.safetensors, if any
    WANDB_MODE             where it is set, the run is logged to W&B without --wandb_sweep too

**What is written.** `metrics.jsonl` and W&B get a row for every update: `step` (steps of the environment),
`train/roll/ep_rew/mean` and `train/roll/ep_len/mean` (return and length of the last 100 finished
episodes), `train/fps`, `train/loss/policy`, `train/loss/value`, `train/entropy`, `train/approx_kl`,
`train/policy_lr`, `train/clip_range`, and at times `val/ep_rew/mean`. `metrics.json` holds the last row
and what the evaluation found; `weights/policy.safetensors` the networks, and where they come from.

**What is kept.** Twenty times in a run the policy plays 20 episodes with its most probable actions, and
the best so far is remembered (`val/ep_rew/mean`). At the end it plays 100 others, with seeds that neither
training nor that choice has seen: `eval/ep_rew/mean` with `.stddev` and `.count`, and `eval/solved`, the
rate of returns of at least 475, with `.trials`. The weights that would be replaced play the same 100:
`champion.eval/…`. A high training return is no evidence of a good policy, nor a low one of a bad one: it
is of many policies, which all took chances.

**How it learns.** Rollouts come from Gymnasium's own vectorised CartPole, whose step after an episode's
end only begins the next; such steps are neither counted nor learned from. An episode that is cut off
keeps the value of its last state. Adam, the schedules, the clipped objective and the advantages are those
of the papers that the modules name. All is done on one thread, and follows from parameters and seed.
"""
