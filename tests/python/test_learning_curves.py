"""What days of log are worth: what is run, and how it is told."""

from pathlib import Path
from typing import Any

import learning_curves as learning
import pytest
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json
from vitrina_ops.trials import Log

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
if words[0] == "--version":
    print("vitrina 0")
elif words[0] == "run":
    value("--out").mkdir(parents=True, exist_ok=True)
    (value("--out") / "report.json").write_text(
        '{"folds": {"begin": "2023-12-20T00:00:00"}}')
elif words[0] == "score":
    one = {"value": 0.1, "low": 0.05, "high": 0.2, "share_above": 1}
    readings = dict.fromkeys(["a", "b", "c", "precision"], one)
    value("--json").write_text(json.dumps({
        "readings": readings, "counts": {},
        "versus": {"difference": readings}}))
elif words[0] == "ceilings":
    row = {"on": True, "by_k": [{"k": 10, "share_of_pairs": 0.5,
           "share_of_new_pairs": None, "recall_a": 0.25}]}
    value("--json").write_text(json.dumps({
        "k": [10], "bought_pairs": 4, "buyers": 2, "new_pairs": 0,
        "generators": {"popular": row}, "union_of_on": row,
        "union_of_all": row}))
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "vitrina"
    path.write_text(SCRIPT)
    path.chmod(0o755)
    return path


def study(program: Path, lengths: list[int]) -> Any:
    folder = program.parent
    log = Log("small", folder / "small", ("2024-01-05", "2024-01-06"), "0")
    out = folder / "out.json"
    learning.Study(program, out, folder / "work").run(log, lengths)
    return read_json(out)


def calls(program: Path, command: str) -> list[str]:
    lines = (program.parent / "calls.txt").read_text().splitlines()
    return [line for line in lines if line.startswith(f"{command} ")]


def test_every_length_is_answered_at_every_cut_and_once(
    program: Path,
) -> None:
    report = study(program, [7, 30])
    lengths = report["logs"]["small"]["lengths"]
    assert list(lengths) == ["whole log", "last 7 days"], "16 days lie there"
    runs = calls(program, "run")
    assert len(runs) == 4
    assert "--as-of 2024-01-05" in runs[0]
    assert "--since" not in runs[0] + runs[1]
    assert "--since 2023-12-30T00:00:00" in runs[3]
    assert "difference" not in lengths["whole log"]

    study(program, [3, 7])
    assert len(calls(program, "run")) == 6, "what was known was run again"
    assert len(calls(program, "ceilings")) == 1

    program.write_text(SCRIPT + "# another build\n")
    study(program, [7])
    assert len(calls(program, "run")) == 10, "another program knows nothing"


def test_a_table_tells_what_is_clear_of_zero(program: Path) -> None:
    table = learning.markdown(study(program, [7]))
    assert "| whole log | 0.1000 |  |" in table
    assert "| last 7 days | 0.1000 | **+0.1000** [+0.0500, +0.2000]" in table
    assert "| popular | on | 0.500 / – / 0.250 |" in table
    level = {"value": 0.0, "low": -0.1, "high": 0.1}
    assert learning.interval(level) == "+0.0000 [-0.1000, +0.1000]"


def test_the_curve_goes_from_the_shortest_log_to_the_whole(
    program: Path,
) -> None:
    report = study(program, [10, 2])
    curve = learning.points(report["logs"]["small"]["lengths"])
    assert [days for days, _ in curve] == ["2", "10", "whole log"]
    out = program.parent / "curve.svg"
    learning.draw(report, out)
    first = out.read_bytes()
    assert b"<svg" in first
    learning.draw(report, out)
    assert out.read_bytes() == first
    with pytest.raises(OpsError, match="--days"):
        learning.draw(
            study(program.parent / "vitrina", []) | {"logs": {}}, out
        )
