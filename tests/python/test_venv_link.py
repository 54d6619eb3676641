"""What `make setup` writes into .venv, so that Python finds the package."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

LINK = Path(sysconfig.get_path("purelib")) / "vitrina.pth"
WHERE = "import vitrina, vitrina_ops; print(vitrina.__file__)"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with an environment of its own and the link file in it."""
    if not LINK.is_file():
        pytest.fail(f"{LINK} is missing; run `make setup-dev`")
    root = tmp_path / "checkout"
    for package in ("build/python/vitrina", "python/vitrina_ops"):
        (root / package).mkdir(parents=True)
        (root / package / "__init__.py").touch()
    venv.create(root / ".venv")
    (site(root) / LINK.name).write_bytes(LINK.read_bytes())
    return root


def site(root: Path) -> Path:
    (found,) = (root / ".venv" / "lib").glob("python3*/site-packages")
    return found


def found(root: Path) -> str:
    python = root / ".venv" / "bin" / "python"
    words = ["-I", "-c", WHERE]
    done = subprocess.run(
        [python, *words], cwd="/", capture_output=True, text=True, check=True
    )
    return str(done.stdout).rstrip()


def test_a_moved_checkout_has_its_own_package(checkout: Path) -> None:
    package = Path("build/python/vitrina/__init__.py")
    assert found(checkout) == str(checkout / package)
    moved = checkout.rename(checkout.with_name("moved"))
    assert found(moved) == str(moved / package)


def test_an_installed_wheel_comes_first(checkout: Path) -> None:
    installed = site(checkout) / "vitrina" / "__init__.py"
    installed.parent.mkdir()
    installed.touch()
    assert found(checkout) == str(installed)


def test_a_package_that_is_not_built_says_so() -> None:
    source = Path(__file__).resolve().parents[2] / "python"
    code = f"import sys; sys.path.insert(0, {str(source)!r}); import vitrina"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: vitrina: {source}/vitrina has no ")
    assert "make build" in last
