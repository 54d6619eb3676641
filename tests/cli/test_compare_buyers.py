"""`vitrina compare-buyers` and --timing."""

from pathlib import Path

from command import Vitrina
from vitrina_ops.files import read_json

HEADER = "user_id,n_bought,n_hits,sent\n"
BAD_DATA = 5


def buyers(path: Path, hits: list[int]) -> Path:
    """A file of buyers of two products each."""
    rows = [f"u{i:03},2,{n},1\n" for i, n in enumerate(hits)]
    path.write_text(HEADER + "".join(rows))
    return path


def test_the_better_one_is_named(vitrina: Vitrina, tmp_path: Path) -> None:
    new = buyers(tmp_path / "new.csv", [2] * 100)
    old = buyers(tmp_path / "old.csv", [1, 2] * 50)
    words = ("compare-buyers", "--first", new, "--second", old)
    result = vitrina(*words, "--json", "d.json")
    assert result.returncode == 0, result.stderr
    assert "difference +0.2500" in result.stdout
    assert "the first is better, beyond the interval" in result.stdout
    found = read_json(tmp_path / "d.json")
    assert found["buyers"] == 100
    assert found["first_recall_a"] == 1.0
    assert found["second_recall_a"] == 0.75
    assert found["difference"] == 0.25
    assert 0.15 < found["difference_low"] < 0.25
    assert 0.25 < found["difference_high"] < 0.35
    assert found["is_beyond_interval"] is True
    back = vitrina("compare-buyers", "--first", old, "--second", new)
    assert "the second is better, beyond the interval" in back.stdout


def test_equal_results_show_no_difference(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    one = buyers(tmp_path / "one.csv", [0, 1, 2, 1])
    result = vitrina("compare-buyers", "--first", one, "--second", one)
    assert result.returncode == 0, result.stderr
    assert "difference +0.0000 [+0.0000, +0.0000]" in result.stdout
    assert "no difference shown" in result.stdout


def test_rows_may_stand_in_any_order(vitrina: Vitrina, tmp_path: Path) -> None:
    one = buyers(tmp_path / "one.csv", [0, 1, 2, 1])
    lines = one.read_text().splitlines(keepends=True)
    other = tmp_path / "other.csv"
    other.write_text("".join([lines[0], *reversed(lines[1:])]))
    result = vitrina("compare-buyers", "--first", one, "--second", other)
    assert "[+0.0000, +0.0000]" in result.stdout, result.stderr


def test_other_buyers_are_refused(vitrina: Vitrina, tmp_path: Path) -> None:
    one = buyers(tmp_path / "one.csv", [0, 1])
    more = buyers(tmp_path / "more.csv", [0, 1, 2])
    none = buyers(tmp_path / "none.csv", [])
    twice = tmp_path / "twice.csv"
    twice.write_text(HEADER + "u1,1,1,1\nu1,1,1,1\n")
    for first, second, reason in (
        (one, more, "the same valid fold"),
        (none, none, "no buyers"),
        (twice, one, "user 'u1' stands twice"),
    ):
        result = vitrina(
            "compare-buyers", "--first", first, "--second", second
        )
        assert result.returncode == BAD_DATA
        assert reason in result.stderr
        assert result.stderr.count("\n") == 1


def test_timing_is_written(vitrina: Vitrina, tmp_path: Path) -> None:
    result = vitrina("params", "--timing", "costs/params.json")
    assert result.returncode == 0, result.stderr
    cost = read_json(tmp_path / "costs" / "params.json")
    assert 0 <= cost["seconds"] < 60
    assert cost["peak_bytes"] > 0
    vitrina("params", "--set", "no.such=1", "--timing", "costs/failed.json")
    assert not (tmp_path / "costs" / "failed.json").exists()
