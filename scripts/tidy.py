"""Runs clang-tidy over the project's sources, in parallel and only as needed.

A file that passed is not looked at again until its preprocessed text
(comments kept, for NOLINT), its flags or .clang-tidy changes: the digests of
passed files are the names in .cache/tidy. Arguments: paths to look at, none
for all. Exit code 1 when clang-tidy has anything to say.
"""

import hashlib
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tidy"
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache" / "tidy"
TIDY = ROOT / ".venv" / "bin" / "clang-tidy"
# Some flags are g++'s alone, and compiler warnings are its business too.
TIDY_ARGS = [
    "--quiet",
    f"-p={BUILD}",
    "--extra-arg=-Wno-unknown-warning-option",
    "--extra-arg=-Wno-error",
]


def compile_commands() -> dict[Path, list[str]]:
    """Source -> compile command, from a freshly configured `tidy` build."""
    script = ROOT / "scripts" / "build.sh"
    # The generated header is one of the sources that clang-tidy reads.
    subprocess.run(
        [script, "tidy", "vitrina_build_id"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    database = BUILD / "compile_commands.json"
    entries = json.loads(database.read_text(encoding="utf-8"))
    ours = {
        Path(entry["file"]): shlex.split(entry["command"]) for entry in entries
    }
    # The binding's build compiles nanobind's own sources out of .venv.
    return {path: ours[path] for path in ours if VENV not in path.parents}


def preprocess_command(command: list[str]) -> list[str]:
    """The compile command turned into one that prints the source's text."""
    launcher = [n for n, word in enumerate(command) if word.endswith("ccache")]
    words = command[launcher[0] + 1 :] if launcher else command
    kept = []
    skip = False
    for word in words:
        if skip or word == "-c":
            skip = False
        elif word == "-o":
            skip = True
        else:
            kept.append(word)
    return [*kept, "-E", "-C", "-P"]


def digest(command: list[str], salt: bytes) -> str | None:
    """Name of the file's stamp; None when it cannot be preprocessed."""
    done = subprocess.run(
        preprocess_command(command),
        cwd=BUILD,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        return None
    text = salt + " ".join(command).encode() + done.stdout
    return hashlib.sha256(text).hexdigest()


def look_at(source: Path, command: list[str], salt: bytes) -> str:
    """Clang-tidy's complaints about one file, "" when there are none."""
    name = digest(command, salt)
    if name is not None and (CACHE / name).exists():
        return ""
    done = subprocess.run(
        [TIDY, *TIDY_ARGS, source],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        if name is not None:
            (CACHE / name).touch()
        return ""
    return done.stdout + done.stderr


def main() -> int:
    commands = compile_commands()
    wanted = [Path(word).resolve() for word in sys.argv[1:]]
    missing = [path for path in wanted if path not in commands]
    if missing:
        print(f"{missing[0]}: not in build/tidy/compile_commands.json")
        return 1
    chosen = wanted or sorted(commands)
    CACHE.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(
        [TIDY, "--version"], capture_output=True, check=True
    )
    rules = [ROOT / ".clang-tidy", ROOT / "tests" / ".clang-tidy"]
    salt = b"".join(path.read_bytes() for path in rules) + version.stdout
    jobs = int(os.environ.get("VITRINA_JOBS", os.cpu_count() or 1))
    failed = 0
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(
            lambda path: (path, look_at(path, commands[path], salt)), chosen
        )
        for path, complaints in results:
            if complaints:
                failed += 1
                print(f"tidy: {path.relative_to(ROOT)}\n{complaints}")
    print(f"tidy: {len(chosen)} files, {failed} with complaints")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
