from workloads.textgames.training.tally import Tally


def test_rates_are_of_what_was_played_since_the_last_time() -> None:
    tally = Tally(episodes=4, successes=1, truncated=2, turns=10, tokens=300, seconds=2.0)
    assert tally.take() == {"success_rate": 0.25, "turns": 2.5, "truncated": 0.5, "tokens_per_second": 150.0}
    assert tally == Tally()


def test_nothing_played_gives_no_rates() -> None:
    assert Tally().take() == {}
