"""A run follows from its plan, counts what was played, and keeps the policy that plays best."""

import numpy as np
import pytest

from tests.workloads.cartpole.cartpole import CONFIGURATION, outcome, plan, trained
from workloads.cartpole import environment
from workloads.cartpole.evaluation import greedy_returns
from workloads.cartpole.learner import DivergedError
from workloads.cartpole.network import Network
from workloads.cartpole.rollout import play, prepare
from workloads.cartpole.schedule import constant
from workloads.cartpole.training import SELECTION_EPISODES, SELECTIONS, Plan, Training


def test_the_same_plan_comes_to_the_same_weights() -> None:
    assert outcome(trained(Training(plan(3)))) == outcome(trained(Training(plan(3))))


def test_another_seed_comes_to_other_weights() -> None:
    assert outcome(trained(Training(plan(3)), 1)) != outcome(trained(Training(plan(4)), 1))


def test_only_steps_that_were_played_are_learned_from() -> None:
    environments = environment.make("CartPole-v1", 4)
    seen, _ = environments.reset(seed=0)
    network = Network(4, (8,), 2)
    rollout = play(environments, network.policy(), seen, 200, np.random.default_rng(0))
    begun = rollout.done.sum() - rollout.done[-1].sum()
    assert begun > 10
    assert rollout.transitions == 4 * 200 - begun == rollout.rewards.sum()
    batch = prepare(rollout, network, 0.99, 0.95)
    assert len(batch.actions) == len(batch.returns) == rollout.transitions
    assert np.array_equal(batch.observations.numpy(), rollout.observations[:-1][rollout.played])


def test_every_transition_is_in_one_minibatch_and_none_is_too_large() -> None:
    training = Training(plan(n_steps=50))
    rollout = play(
        training.environments, training.network.policy(), training.observations, 50, training.random
    )
    batch = prepare(rollout, training.network, 0.99, 0.95)
    order = np.random.default_rng(0).permutation(rollout.transitions)
    parts = list(batch.minibatches(training.best.new_tensor(order).long(), 64))
    assert sum(len(part.actions) for part in parts) == rollout.transitions
    assert {len(part.actions) for part in parts} <= {48, 49, 50}


def test_the_reported_return_is_the_mean_of_the_last_hundred_episodes() -> None:
    training = Training(plan(max_env_steps=4_000))
    environments = environment.make("CartPole-v1", 4)
    seen, _ = environments.reset(seed=training.plan.seed_of(1))
    returns, running = [], np.zeros(4)
    while not training.ended:
        policy, state = training.network.policy(), training.random.bit_generator.state
        random = np.random.default_rng()
        random.bit_generator.state = state
        rollout = play(environments, policy, seen, 32, random)
        seen = rollout.observations[-1]
        for rewards, done in zip(rollout.rewards, rollout.done, strict=True):
            running += rewards
            returns += list(running[done])
            running[done] = 0
        row = training.advance()
        if returns:
            assert row["train/roll/ep_rew/mean"] == pytest.approx(np.mean(returns[-100:]))
    assert len(returns) > 100


def test_the_policy_that_is_kept_is_the_best_that_was_evaluated() -> None:
    training = trained(Training(plan(max_env_steps=3_000)))
    evaluated = [row for row in training.progress.rows if "val/ep_rew/mean" in row]
    assert 10 < len(evaluated) <= SELECTIONS + 1
    assert "val/ep_rew/mean" in training.progress.rows[-1]
    best = max(row["val/ep_rew/mean"] for row in evaluated)
    assert training.progress.best_return == best
    training.network.flat.copy_(training.best)
    seed = training.plan.seed_of(3)
    again = greedy_returns(training.network.policy(), "CartPole-v1", SELECTION_EPISODES, seed)
    assert again.mean() == best


def test_the_evaluation_does_not_touch_training() -> None:
    one, other = Training(plan()), Training(plan())
    greedy_returns(one.network.policy(), CONFIGURATION.environment, 5, one.plan.evaluation_seed)
    one.advance()
    other.advance()
    assert outcome(one) == outcome(other)


def test_every_use_of_chance_has_a_seed_of_its_own() -> None:
    seeds = {plan(seed).seed_of(stream) for seed in range(20) for stream in range(5)}
    assert len(seeds) == 100


def test_the_rates_follow_their_schedules() -> None:
    rows = trained(Training(plan())).progress.rows
    for name, start in (("train/policy_lr", 2e-3), ("train/clip_range", 0.2)):
        values = [row[name] for row in rows]
        assert values[0] == start
        assert values == sorted(values, reverse=True)
        assert 0 < values[-1] < 0.15 * start


def test_a_run_that_diverges_says_so() -> None:
    with pytest.raises(DivergedError, match="the loss is not a finite number; try a smaller policy_lr"):
        trained(Training(plan(policy_lr=constant(1e30))))


def test_a_rollout_of_one_step_can_be_learned_from() -> None:
    trained(Training(plan(n_envs=1, n_steps=1, max_env_steps=5)))


@pytest.mark.slow
def test_the_default_configuration_learns_to_balance_the_pole() -> None:
    training = trained(Training(Plan(CONFIGURATION, seed=1)))
    training.network.flat.copy_(training.best)
    returns = greedy_returns(training.network.policy(), "CartPole-v1", 100, training.plan.evaluation_seed)
    assert returns.mean() >= 475
