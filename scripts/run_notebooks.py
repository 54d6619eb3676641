"""Runs the notebooks from top to bottom and keeps their outputs in them.

    .venv/bin/python scripts/run_notebooks.py

The tests run them too: what is committed must be what a run prints.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]
    return notebook


def executed(path: Path, folder: Path) -> NotebookNode:
    """The notebook with the outputs of a run whose current folder is that."""
    notebook = read(path)
    metadata = notebook.metadata.copy()
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        # when a cell ran is nobody's business
        record_timing=False,
    )
    client.execute(cwd=str(folder))
    notebook.metadata = metadata  # without this machine's Python
    return notebook


def main() -> None:
    for path in NOTEBOOKS:
        notebook = executed(path, path.parent)
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        print(f"run-notebooks: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
