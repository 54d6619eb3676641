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

This page is what the program itself says; `make docs` writes it. What every
command takes is said once, [at the end](#options-of-every-command), as each
[parameter](#parameters) is.
"""
PARAMETERS = """\
## Parameters

A parameter has the same name in a params file (`--params FILE`) and on the
command line: `--set choose.k=10`. A command takes the sections that it names
above; `run` and `backtest` take those of all that they do. `--help` of a
command lists its own.
"""
COMMON = "Options of every command:"
EXIT_CODES = "Exit codes:"
OWN = "Parameters with their defaults, each also a line of a params file:"
BLOCK = re.compile(r"\n\n(?=[A-Z][^\n]*:\n)")
SET = re.compile(r"^  --set ([\w.]+)\.\w+=", re.M)
TOP = re.compile(r"^(?=[a-z]\w*:$)", re.M)
NESTED = re.compile(r"^  (\w+):$", re.M)
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


def parameters(program: Path) -> dict[str, str]:
    """The lines of `vitrina params` by section."""
    _, *sections = TOP.split(output_of(program, "params"))
    return {text.partition(":")[0]: text.strip() for text in sections}


def links(block: str, sections: dict[str, str]) -> str:
    """The sections of a command's parameters, linked; names of parts where
    a command takes only some of a section."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(SET.findall(block)):
        section, _, part = name.partition(".")
        found.setdefault(section, []).extend([part] if part else [])
    names = []
    for section, parts in found.items():
        link = f"[{section}](#{section})"
        if parts and set(parts) != set(NESTED.findall(sections[section])):
            link += f" ({', '.join(parts)})"
        names.append(link)
    return f"Parameters: {', '.join(names)}.\n"


def page(program: Path) -> str:
    """The text of docs/cli.md for a program."""
    general = help_of(program)
    sections = parameters(program)
    parts = [HEAD, f"## vitrina\n\n```text\n{general}```\n"]
    shared = ""
    for name in commands(general):
        own = []
        for block in BLOCK.split(help_of(program, name)):
            title = block.partition("\n")[0]
            if title == COMMON:
                shared = block.partition("\n")[2].rstrip()
            elif title not in (EXIT_CODES, OWN):
                own.append(block.rstrip())
        text = "\n\n".join(own)
        parts.append(f"## vitrina {name}\n\n```text\n{text}\n```\n")
        takes = links(help_of(program, name), sections)
        if "#" in takes:
            parts.append(takes)
    parts.append(f"## {COMMON.removesuffix(':')}\n\n```text\n{shared}\n```\n")
    parts.append(PARAMETERS)
    for name, text in sections.items():
        parts.append(f"### {name}\n\n```yaml\n{text}\n```\n")
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
