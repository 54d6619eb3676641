"""Compares dvc.yaml with what the program says it reads and writes.

``check_dvc.py [PROGRAM]``, PROGRAM being build/vitrina by default. For every
stage that calls the program, its deps, outs and params must be those of
``PROGRAM STAGE --list-io``, and the stages must stand in the program's order.
params.yaml must hold the program's defaults. Each difference is one line; the
exit code is 1 when there is any.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from cli_docs import commands, help_of, output_of
from vitrina_ops.program import path_in_checkout

ROOT = Path(__file__).resolve().parent.parent
BUILD_ID = "build/build_id.txt"
# The program's own default for a folder that dvc.yaml takes from elsewhere.
SOURCE_DIR = "${source.data_dir}"
SIMULATED = "data/simulated"
WORDS = (
    "--params params.yaml",
    "--seed ${source.seed}",
    "--timing reports/timings/{stage}.json",
)


def names(entries: list[Any] | None) -> set[str]:
    """Paths of deps, outs or metrics, with or without settings."""
    found = set()
    for entry in entries or []:
        found.add(entry if isinstance(entry, str) else next(iter(entry)))
    return found


def list_io(program: Path, stage: str) -> dict[str, set[str]]:
    """Inputs, outputs and params of a stage, as the program says."""
    text = output_of(program, stage, "--list-io")
    found: dict[str, set[str]] = {"input": set(), "output": set()}
    found["params"] = set()
    for line in text.splitlines():
        kind, path, _ = line.split("\t")
        # A name in angle brackets was not given on the command line.
        if not path.startswith("<"):
            path = path.split("/<")[0].split("/*")[0].rstrip("/")
            found[kind.removeprefix("optional-")].add(path)
    return found


def difference(
    place: str, written: set[str], expected: set[str]
) -> Iterator[str]:
    for path in sorted(expected - written):
        yield f"{place}: {path} is not there, but the program uses it"
    for path in sorted(written - expected):
        yield f"{place}: {path} is there, but the program does not use it"


def covers(section: str, name: str) -> bool:
    return name == section or name.startswith(section + ".")


def check_params(
    place: str, written: set[str], expected: set[str]
) -> Iterator[str]:
    for name in sorted(expected):
        if not any(covers(section, name) for section in written):
            yield f"{place}: {name} is not there, but the program reads it"
    for section in sorted(written):
        if not any(covers(section, name) for name in expected):
            yield f"{place}: {section} is there, but the program reads none"


def check_stage(program: Path, stage: str, entry: Any) -> Iterator[str]:
    """Differences between a stage of dvc.yaml and the program's."""
    entry = entry.get("do", entry)
    place = f"dvc.yaml: {stage}"
    command = entry["cmd"]
    for word in WORDS:
        word = word.replace("{stage}", stage)
        if f" {word}" not in command:
            yield f"{place}: cmd lacks '{word}'"
    io = list_io(program, stage)
    deps = {
        path.replace(SOURCE_DIR, SIMULATED) for path in names(entry["deps"])
    }
    yield from difference(f"{place}: deps", deps, io["input"] | {BUILD_ID})
    outs = set()
    for kind in ("outs", "metrics", "plots"):
        outs |= names(entry.get(kind))
    timing = f"reports/timings/{stage}.json"
    yield from difference(f"{place}: outs", outs, io["output"] | {timing})
    params = names(entry.get("params"))
    yield from check_params(f"{place}: params", params, io["params"])


def pipeline_of(program: Path) -> list[str]:
    """The program's stages in pipeline order; making a shop comes first."""
    general = help_of(program)
    pipeline = general.partition("Pipeline, in this order:\n")[2]
    names_of = commands("Tools:\n" + pipeline.partition("\n\n")[0])
    return names_of if "simulate" in names_of else ["simulate", *names_of]


def problems(root: Path, program: Path) -> Iterator[str]:
    """Everything that dvc.yaml and params.yaml say otherwise."""
    text = (root / "dvc.yaml").read_text(encoding="utf-8")
    stages = yaml.safe_load(text)["stages"]
    ours = [
        name
        for name, entry in stages.items()
        if entry.get("do", entry)["cmd"].startswith("build/vitrina ")
    ]
    expected = pipeline_of(program)
    if ours != expected:
        yield (
            f"dvc.yaml: found stages {' '.join(ours)}, "
            f"expected {' '.join(expected)}"
        )
    for name in ours:
        if name in expected:
            yield from check_stage(program, name, stages[name])
    defaults = output_of(program, "params")
    if (root / "params.yaml").read_text(encoding="utf-8") != defaults:
        yield ("params.yaml: is not what the program says; run `make docs`")


def main(arguments: list[str]) -> int:
    program = Path(arguments[0]) if arguments else path_in_checkout()
    found = list(problems(ROOT, program.resolve()))
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
