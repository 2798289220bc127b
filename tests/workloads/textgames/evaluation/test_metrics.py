"""What `runner` reads from the metrics of an evaluation."""

from runner.results.metrics import metrics_in
from workloads.textgames.evaluation.metrics import metrics
from workloads.textgames.evaluation.scores import Outcome, score

TRAINED = [Outcome(1, 1.0, True, 4, 40), Outcome(2, 1.0, True, 6, 60)]
START = [Outcome(1, 0.0, False, 9, 90), Outcome(2, 1.0, True, 7, 70)]
CHAMPION = [Outcome(1, 1.0, True, 5, 50), Outcome(2, 0.5, False, 5, 50)]
EVERYONE = {"trained": TRAINED, "start": START, "champion": CHAMPION}
SCORES = {name: score(outcomes, 2.0) for name, outcomes in EVERYONE.items()}


def test_the_judged_player_is_compared_with_the_champion_on_the_same_seeds() -> None:
    found, warnings = metrics_in(dict(metrics("trained", "champion", EVERYONE, SCORES)))
    assert warnings == []
    rate, reward = found["success_rate"], found["reward"]
    assert (rate.value, rate.trials, rate.gained, rate.lost) == (1.0, 2, 1, 0)
    assert (reward.value, reward.count, reward.stddev) == (1.0, 2, 0.0)
    assert reward.paired_stddev == 0.125**0.5
    assert found["champion.reward"].value == 0.75 and found["start.success_rate"].trials == 2
    assert (found["turns"].value, found["tokens_per_second"].value) == (5.0, 50.0)


def test_a_start_that_stands_for_the_champion_is_both() -> None:
    without = {name: SCORES[name] for name in ("trained", "start")}
    found, warnings = metrics_in(dict(metrics("trained", "start", EVERYONE, without)))
    assert warnings == []
    for name in ("success_rate", "reward", "turns"):
        assert found[f"champion.{name}"] == found[f"start.{name}"]


def test_a_model_alone_has_no_champion() -> None:
    found = metrics("trained", None, EVERYONE, {"trained": SCORES["trained"]})
    assert not [name for name in found if name.startswith(("champion", "start")) or "gained" in name]
