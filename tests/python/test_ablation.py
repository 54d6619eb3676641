"""The glue of the ablation: what it runs and how it says what came out."""

import argparse
import json
from pathlib import Path
from typing import Any

import ablation
import learning_curve
import pytest
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json

REGISTRIES = {
    "generators": [
        {"name": "popular", "section": "candidates.popular", "on": True},
        {"name": "likes", "section": "candidates.likes", "on": False},
    ],
    "groups": [{"name": "pair", "section": "features.pair", "on": True}],
}
# Stands for the program: notes its words and writes what is asked for.
SCRIPT = """\
#!/usr/bin/env python3
import json, pathlib, sys
words = sys.argv[1:]
here = pathlib.Path(__file__).parent
with (here / "calls.txt").open("a") as calls:
    calls.write(" ".join(words) + "\\n")
def value(name):
    return pathlib.Path(words[words.index(name) + 1])
if words[0] == "features":
    print((here / "registries.json").read_text())
elif words[0] == "--version":
    print("vitrina 0")
elif words[0] == "run":
    value("--out").mkdir(parents=True, exist_ok=True)
    (value("--out") / "report.json").write_text("{}")
elif words[0] == "score":
    one = {"value": 0.1, "low": 0.05, "high": 0.2, "share_above": 1}
    readings = dict.fromkeys(["a", "b", "c", "precision"], one)
    value("--json").write_text(json.dumps({
        "readings": readings, "counts": {}, "windows": [],
        "versus": {"difference": readings}}))
elif words[0] == "ceilings":
    row = {"on": True, "by_k": [{"k": 10, "share_of_pairs": 0.5,
           "share_of_new_pairs": None, "recall_a": 0.25}]}
    value("--json").write_text(json.dumps({
        "k": [10], "bought_pairs": 4, "buyers": 2, "new_pairs": 0,
        "generators": {"popular": row}, "union_of_on": row,
        "union_of_all": row}))
"""


def test_variants_turn_each_switch_once() -> None:
    found = ablation.variants(REGISTRIES, ["generators", "features"], "")
    assert [variant.name for variant in found] == [
        "default",
        "without generator popular",
        "with generator likes",
        "without features pair",
    ]
    assert found[2].words == ("--set", "candidates.likes.enabled=true")
    assert found[3].words == ("--set", "features.pair.enabled=false")
    assert len({variant.slug() for variant in found}) == len(found)


def test_days_are_counted_back_from_each_cut() -> None:
    found = ablation.variants(REGISTRIES, ["days"], "1,3")
    assert [variant.name for variant in found] == [
        "default",
        "last 1 days",
        "last 3 days",
    ]
    assert found[2].options("2017-12-01") == ["--since", "2017-11-28T00:00:00"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.1, 0.2, "better"),
        (-0.2, -0.1, "worse"),
        (-0.1, 0.1, "cannot be told apart"),
        (0, 0, "cannot be told apart"),
    ],
)
def test_an_interval_decides(low: float, high: float, words: str) -> None:
    assert ablation.verdict({"low": low, "high": high}) == words


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "vitrina"
    path.write_text(SCRIPT)
    path.chmod(0o755)
    (tmp_path / "registries.json").write_text(json.dumps(REGISTRIES))
    return path


def study(program: Path, *words: str) -> Any:
    folder = program.parent
    log = folder / "logs" / "small"
    log.mkdir(parents=True, exist_ok=True)
    (log / "train_actions.csv").write_text("")
    out = folder / "out.json"
    ablation.main(
        ["--logs", str(folder / "logs"), "--cuts", "2024-01-05,2024-01-06"]
        + ["--out", str(out), "--work", str(folder / "work")]
        + ["--program", str(program), *words]
    )
    return read_json(out)


def runs(program: Path) -> list[str]:
    calls = (program.parent / "calls.txt").read_text().splitlines()
    return [call for call in calls if call.startswith("run ")]


def test_a_study_runs_each_variant_at_each_cut_and_resumes(
    program: Path,
) -> None:
    report = study(program, "--only", "likes")
    assert list(report["logs"]["small"]["variants"]) == [
        "default",
        "with generator likes",
    ]
    assert len(runs(program)) == 4
    assert "--set candidates.likes.enabled=true" in runs(program)[2]
    assert "--as-of 2024-01-06" in runs(program)[3]
    table = (program.parent / "out.md").read_text()
    assert "| with generator likes | 0.1000 | +0.1000 [+0.0500" in table
    assert "| popular | on | 0.500 / – / 0.250 |" in table

    everything = study(program, "--days", "2")
    assert len(everything["logs"]["small"]["variants"]) == 5
    assert len(runs(program)) == 10, "what was known was run again"

    program.write_text(SCRIPT + "# another build\n")
    study(program, "--only", "likes")
    assert len(runs(program)) == 14, "another program knows nothing"


def test_the_curve_goes_from_the_shortest_log_to_the_whole(
    program: Path,
) -> None:
    report = study(program, "--kinds", "days", "--days", "10,2")
    curve = learning_curve.points(report["logs"]["small"]["variants"])
    assert [days for days, _ in curve] == ["2", "10", "whole log"]
    out = program.parent / "curve.svg"
    words = [str(program.parent / "out.json"), str(out)]
    learning_curve.main(words)
    first = out.read_bytes()
    assert b"<svg" in first
    learning_curve.main(words)
    assert out.read_bytes() == first
    with pytest.raises(OpsError, match="--kinds days"):
        learning_curve.draw({"logs": {}}, out)


def test_wrong_kinds_are_refused() -> None:
    with pytest.raises(SystemExit):
        ablation.parse(
            ["--logs", "x", "--cuts", "y", "--out", "z", "--kinds", "all"]
        )
    options = ablation.parse(["--logs", "x", "--cuts", "y", "--out", "z"])
    assert isinstance(options, argparse.Namespace)
    assert options.kinds == list(ablation.KINDS)
