"""The notebooks run from top to bottom, and hold what a run prints."""

import base64
from pathlib import Path
from typing import Any

import pytest
import run_notebooks

MAKE = "differs from a run; run scripts/run_notebooks.py"
SMALL = 50_000  # bytes of a picture


def test_there_is_one() -> None:
    names = [path.stem for path in run_notebooks.NOTEBOOKS]
    assert names == ["case_in_five_minutes"]


def printed(outputs: list[Any]) -> list[Any]:
    """Outputs that are the same on every machine: pictures by their kind."""
    kept = []
    for output in outputs:
        data = dict(output.get("data", {}))
        if "image/png" in data:
            data["image/png"] = "picture"
        kept.append((output.output_type, output.get("text"), data))
    return kept


@pytest.mark.parametrize(
    "path", run_notebooks.NOTEBOOKS, ids=lambda path: path.stem
)
def test_it_holds_what_a_run_prints(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    fresh = run_notebooks.executed(path, tmp_path)
    pictures = []
    for cell, run in zip(
        run_notebooks.read(path).cells, fresh.cells, strict=True
    ):
        if cell.cell_type != "code":
            continue
        assert cell.execution_count == run.execution_count, MAKE
        assert printed(cell.outputs) == printed(run.outputs), MAKE
        for output in cell.outputs:
            assert output.get("name") != "stderr"
            picture = output.get("data", {}).get("image/png")
            if picture:
                pictures.append(base64.b64decode(picture))
    assert len(pictures) == 3
    assert all(len(picture) < SMALL for picture in pictures)
