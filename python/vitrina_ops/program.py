"""The program `vitrina`: where it is, how it is run and what it answers.

Everything in Python that runs the program for its answer runs it here. (The
benches of bench/speed measure processes, and start them on their own.)
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrina_ops.errors import OpsError, one_line
from vitrina_ops.files import read_json

BUILT = Path("build/vitrina")
CHECKOUT = Path(__file__).resolve().parents[2]


class ProgramError(OpsError):
    """The program ended with an exit code other than 0."""

    def __init__(self, command: str, exit_code: int, said: str = "") -> None:
        ended = f"`vitrina {command}` ended with exit code {exit_code}"
        super().__init__(said or ended)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Program:
    """One build of the program."""

    path: Path

    def run(
        self, *words: str | Path, env: Mapping[str, str] | None = None
    ) -> str:
        """Standard output of a command, run quietly; where it fails, the
        error is what the program said."""
        return self._run(words, subprocess.PIPE, env)

    def show(self, *words: str | Path) -> str:
        """The same, but its progress and errors are seen as they come."""
        return self._run(words, None, None)

    def answer(
        self, *words: str | Path, env: Mapping[str, str] | None = None
    ) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.run(*words, env=env))

    def report(self, path: Path, *words: str | Path) -> Any:
        """What a command writes to its `--json`, the file at `path`."""
        self.run(*words, "--json", path)
        return read_json(path)

    def digest(self) -> str:
        """SHA-256 of the program's bytes: which build it is."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def _run(
        self,
        words: tuple[str | Path, ...],
        stderr: int | None,
        env: Mapping[str, str] | None,
    ) -> str:
        quiet = ["--quiet"] if stderr else []
        done = subprocess.run(
            [self.path, *map(str, words), *quiet],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=env,
            encoding="utf-8",
        )
        if done.returncode != 0:
            said = one_line(done.stderr or "")
            raise ProgramError(str(words[0]), done.returncode, said)
        return done.stdout


def built() -> Program:
    """The build of the current folder, which is a checkout's or like one."""
    if not BUILT.is_file():
        raise OpsError(f"{BUILT} is missing; run `make build`")
    return Program(BUILT.resolve())


def path_in_checkout() -> Path:
    """$VITRINA_BIN, else where the build of this checkout is."""
    return Path(os.environ.get("VITRINA_BIN", CHECKOUT / BUILT))
