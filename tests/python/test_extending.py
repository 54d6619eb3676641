"""The files that docs/extending.md tells to write compile as they stand."""

import re
import subprocess
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "extending.md"
FLAGS = (
    *("-std=c++20", "-march=x86-64-v3", "-fsyntax-only"),
    *("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"),
)

FILE = re.compile(r"^\d\. `(src/\S+)`.*?```cpp\n(.*?)^ *```$", re.S | re.M)


def files() -> dict[str, str]:
    """The page's whole files by path."""
    found = FILE.findall(PAGE.read_text(encoding="utf-8"))
    return {path: textwrap.dedent(text) for path, text in found}


def sources() -> list[str]:
    return sorted(path for path in files() if path.endswith(".cpp"))


def test_every_header_has_its_source() -> None:
    headers = {path for path in files() if path.endswith(".hpp")}
    assert headers == {path.replace(".cpp", ".hpp") for path in sources()}
    assert len(headers) == 3


@pytest.mark.parametrize("source", sources())
def test_sources_compile(source: str, tmp_path: Path) -> None:
    for path, text in files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    folders = [tmp_path / "src", ROOT / "src", ROOT / "include"]
    done = subprocess.run(
        ["c++", *FLAGS, *(f"-I{folder}" for folder in folders)]
        + [str(tmp_path / source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
