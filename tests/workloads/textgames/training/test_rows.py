from math import inf, nan

from workloads.textgames.training.rows import final, line, row_of


def test_a_row_has_our_names_for_what_trl_logs() -> None:
    logs = {"loss": 0.5, "reward": 0.25, "completions/mean_length": 12.0, "epoch": 0.1, "kl": 0.01}
    logs["sampling/sampling_logp_difference/mean"] = 0.002
    assert row_of(3, logs, {"success_rate": 0.5, "tokens_per_second": 900.0}, 1.23456) == {
        "step": 3,
        "loss": 0.5,
        "reward": 0.25,
        "completion_length": 12.0,
        "kl": 0.01,
        "logp_difference": 0.002,
        "success_rate": 0.5,
        "tokens_per_second": 900.0,
        "seconds": 1.235,
    }


def test_a_row_leaves_out_what_is_no_number() -> None:
    logs = {"loss": nan, "reward": None, "grad_norm": inf, "entropy": 1.0}
    assert row_of(1, logs, {}, 0.0) == {"step": 1, "entropy": 1.0, "seconds": 0.0}


def test_a_line_says_the_step_of_how_many_and_what_there_is() -> None:
    row = {"step": 12, "reward": 0.41, "success_rate": 0.25, "completion_length": 31.5, "seconds": 61.25}
    row |= {"logp_difference": 0.00123, "tokens_per_second": 12345.6}
    assert line(row, 200) == (
        "step 12/200  reward 0.410  success 25.0%  length 31.5  logp difference 0.0012  "
        "12,346 tokens/s  61.2 s"
    )
    assert line({"step": 1, "seconds": 0.0}, 2) == "step 1/2  0.0 s"


def test_the_end_is_the_last_row_and_the_means_of_the_first_and_last_ten() -> None:
    rows = [{"step": step, "reward": float(step), "seconds": 1.0} for step in range(1, 21)]
    assert final(rows) == {
        "step": 20,
        "reward": 20.0,
        "seconds": 1.0,
        "reward/first": 5.5,
        "reward/last": 15.5,
    }
