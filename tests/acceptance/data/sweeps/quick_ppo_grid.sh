# 1. Create focused grid sweep
cat > config/sweeps/quick_ppo_grid.yaml <<EOF
name: quick-ppo-grid
project: CartPole-v1
method: grid
metric:
  name: train/roll/ep_rew/mean
  goal: maximize
parameters:
  policy_lr:
    values: [0.0001, 0.0003, 0.001]
  clip_range:
    values: [0.1, 0.2]
  n_epochs:
    values: [5, 10]
program: train.py
command:
  - \${env}
  - \${interpreter}
  - \${program}
  - --config_id
  - "CartPole-v1:ppo"
  - --wandb_sweep
EOF

# 2. Launch on Modal (12 combinations)
python scripts/sweep_modal.py config/sweeps/quick_ppo_grid.yaml --count 12
