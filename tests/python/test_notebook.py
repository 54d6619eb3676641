"""The notebooks run from top to bottom and are committed without outputs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from package_shop import PROGRAM, ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_is_one() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["case_in_five_minutes"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs, "commit it without outputs"
            assert cell.execution_count is None

    package = PROGRAM.resolve().parent / "python"
    monkeypatch.setenv("PYTHONPATH", str(package))
    monkeypatch.setenv("VITRINA_ROOT", str(ROOT))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv(
        "MPLBACKEND", "module://matplotlib_inline.backend_inline"
    )
    client = NotebookClient(notebook, timeout=300, kernel_name="python3")
    client.execute(cwd=str(tmp_path))
    outputs = [
        out for cell in notebook.cells for out in cell.get("outputs", [])
    ]
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 3
    printed = "".join(out.get("text", "") for out in outputs)
    assert "500 customers" in printed
    kept = os.environ.get("VITRINA_KEEP_NOTEBOOK")
    if kept:
        nbformat.write(notebook, Path(kept))  # type: ignore[no-untyped-call]
