"""Writes docs/cli.md: what ``vitrina --help`` and each command's say.

``cli_docs.py [PROGRAM]`` writes the page, ``cli_docs.py --check [PROGRAM]``
exits with 1 when the page is not what it would write. PROGRAM is
build/vitrina by default.
"""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from vitrina_ops.program import Program, path_in_checkout

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cli.md"

HEAD = """\
# The command line

Answers go to standard output, progress and errors to standard error. A
failed command prints one line, `vitrina COMMAND: error: ...`, and ends with
a code of the table below. A file under its final name is always whole: each
is written beside it and renamed.

This page is what the program itself says; `make docs` writes it.
"""
SECTION = re.compile(r"^(Pipeline, in this order|Tools):$")
COMMAND = re.compile(r"^  ([a-z][a-z-]*)  ")


def output_of(program: Path, *words: str) -> str:
    """What the program prints for these words."""
    # Nothing of the caller's environment may reach the page.
    environment = {"PATH": os.environ["PATH"]}
    return Program(program).run(*words, env=environment)


def help_of(program: Path, *words: str) -> str:
    """What the program prints for these words and --help."""
    return output_of(program, *words, "--help")


def commands(general_help: str) -> list[str]:
    """Names of the commands that the general help lists, in its order."""
    names = []
    is_listing = False
    for line in general_help.splitlines():
        if SECTION.match(line):
            is_listing = True
        elif not line.strip():
            is_listing = False
        elif is_listing and (match := COMMAND.match(line)):
            names.append(match[1])
    return names


def page(program: Path) -> str:
    """The text of docs/cli.md for a program."""
    general = help_of(program)
    parts = [HEAD, f"## vitrina\n\n```text\n{general}```\n"]
    for name in commands(general):
        text = help_of(program, name)
        parts.append(f"## vitrina {name}\n\n```text\n{text}```\n")
    return "\n".join(parts)


def write_or_check(
    path: Path, make: Callable[[Path], str], arguments: list[str]
) -> int:
    """Write the page made from a program, or with --check compare it."""
    is_check = "--check" in arguments
    paths = [Path(word) for word in arguments if word != "--check"]
    text = make(paths[0] if paths else path_in_checkout())
    if not is_check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return 0
    name = path.relative_to(ROOT)
    print(f"{name} is not what the program says; run `make docs`")
    return 1


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page, sys.argv[1:]))
