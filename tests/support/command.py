"""The program as a user runs it from a shell, and what it leaves."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from vitrina_ops.program import path_in_checkout

ROOT = Path(__file__).resolve().parents[2]

Result = subprocess.CompletedProcess[str]
Vitrina = Callable[..., Result]


def program_path() -> Path:
    """$VITRINA_BIN, else build/vitrina of this tree."""
    path = path_in_checkout()
    if not path.is_file():
        pytest.fail(f"{path} is missing; run `make build`")
    return path.resolve()


def run(
    *words: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 120,
    prepare: Callable[[], None] | None = None,
) -> Result:
    """Runs the program with words; any exit code will do.

    The environment holds PATH and what the test gives; text is decoded so
    that no byte is lost. `prepare` is called in the new process.
    """
    return subprocess.run(
        [program_path(), *map(str, words)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **(env or {})},
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=timeout,
        preexec_fn=prepare,
        check=False,
    )


def heed_hangups() -> None:
    """For `preexec_fn`: under `nohup make test` hang-ups are ignored, and a
    new process would inherit that."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def must_run(*words: str | Path, cwd: Path | None = None) -> str:
    """Runs a command that must not fail; what it printed."""
    done = run(*words, "--quiet", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_refused(result: Result, code: int, *parts: str) -> None:
    """One line that begins with the command's name and has all parts."""
    command = str(result.args[1])
    assert result.returncode == code, result.stderr
    assert result.stderr.startswith(f"vitrina {command}: error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for part in parts:
        assert part in result.stderr
