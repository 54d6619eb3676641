"""The layer checker finds what it is for, and the real tree passes it."""

import re
import subprocess
import sys
from pathlib import Path

import check_layers
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check_layers.py"


def violations(root: Path, place: str, *includes: str) -> list[str]:
    """Violations of a tree that has one file with these includes."""
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"#include {include}\n" for include in includes)
    path.write_text("#pragma once\n" + text, encoding="utf-8")
    return check_layers.violations(root)


@pytest.mark.parametrize(
    ("place", "include"),
    [
        ("src/core/a.hpp", '"core/b.hpp"'),
        ("src/core/a.hpp", "<vector>"),
        ("src/core/a.hpp", "<sys/mman.h>"),
        ("src/core/a.hpp", "<fmt/format.h>"),
        ("src/core/version.cpp", '"vitrina_build_id.hpp"'),
        ("src/core/a.hpp", '"vitrina/error.hpp"'),
        ("src/data/a.cpp", '"core/b.hpp"'),
        ("src/io/a.cpp", "<arrow/api.h>"),
        ("src/io/a.cpp", "<yaml-cpp/yaml.h>"),
        ("src/ranking/a.cpp", "<LightGBM/c_api.h>"),
        ("src/cli/main.cpp", "<CLI/CLI.hpp>"),
        ("src/cli/main.cpp", '"program/table.hpp"'),
        ("src/features/a.cpp", '"models/b.hpp"'),
        ("src/engine/a.cpp", '"ranking/b.hpp"'),
        ("src/bundle/a.cpp", '"engine/b.hpp"'),
        ("src/bundle/a.cpp", "<nlohmann/json.hpp>"),
        ("src/api/a.cpp", '"bundle/b.hpp"'),
        ("src/api/a.cpp", '"program/table.hpp"'),
        ("src/evaluation/a.cpp", '"engine/b.hpp"'),
        ("src/pipeline/fit.cpp", '"command/command.hpp"'),
        ("src/pipeline/fit.cpp", '"pipeline/folds.hpp"'),
        ("src/tools/score.cpp", '"pipeline/read_shop.hpp"'),
        ("src/program/table.cpp", '"tools/tools.hpp"'),
        ("src/server/a.cpp", '"vitrina/recommender.hpp"'),
        ("include/vitrina/a.hpp", '"vitrina/b.hpp"'),
        ("bench/speed/a.cpp", '"bench/speed/part.hpp"'),
        ("bench/speed/a.cpp", '"engine/b.hpp"'),
    ],
)
def test_allowed(tmp_path: Path, place: str, include: str) -> None:
    assert violations(tmp_path, place, include) == []


@pytest.mark.parametrize(
    ("place", "include", "why"),
    [
        (
            "src/candidates/a.cpp",
            '"io/parquet.hpp"',
            "candidates may not include io/parquet.hpp; "
            "allowed: core, data, models",
        ),
        (
            "src/core/a.hpp",
            '"data/b.hpp"',
            "core may not include data/b.hpp; allowed: nothing of ours",
        ),
        ("src/features/a.cpp", '"candidates/b.hpp"', "features may not"),
        ("src/candidates/a.cpp", '"features/b.hpp"', "candidates may not"),
        ("src/models/a.cpp", '"metrics/b.hpp"', "models may not"),
        ("src/core/a.hpp", '"vitrina/recommender.hpp"', "core may not"),
        ("src/bundle/a.cpp", '"io/b.hpp"', "bundle may not"),
        ("src/bundle/a.cpp", '"command/b.hpp"', "bundle may not"),
        ("src/api/a.cpp", '"engine/b.hpp"', "api may not"),
        ("src/api/a.cpp", '"pipeline/b.hpp"', "api may not"),
        ("src/api/a.cpp", '"tools/tools.hpp"', "api may not"),
        ("src/engine/a.cpp", '"bundle/b.hpp"', "engine may not"),
        ("src/engine/a.cpp", '"io/b.hpp"', "engine may not"),
        ("src/engine/a.cpp", '"simulate/b.hpp"', "engine may not"),
        ("src/evaluation/a.cpp", '"command/b.hpp"', "evaluation may not"),
        ("src/evaluation/a.cpp", '"io/b.hpp"', "evaluation may not"),
        ("src/command/a.cpp", '"pipeline/b.hpp"', "command may not"),
        ("src/pipeline/fit.cpp", '"api/b.hpp"', "pipeline may not"),
        ("src/pipeline/fit.cpp", '"tools/b.hpp"', "pipeline may not"),
        ("src/tools/score.cpp", '"program/b.hpp"', "tools may not"),
        ("src/cli/main.cpp", '"pipeline/steps.hpp"', "cli may not"),
        ("src/cli/main.cpp", '"io/b.hpp"', "cli may not include io/b.hpp"),
        ("src/server/a.cpp", '"engine/b.hpp"', "server may not"),
        ("include/vitrina/a.hpp", '"core/b.hpp"', "vitrina may not"),
        ("src/pipeline/a.cpp", "<arrow/api.h>", "only io may"),
        ("src/api/a.cpp", "<parquet/api.h>", "only io may"),
        ("src/engine/a.cpp", "<LightGBM/c_api.h>", "only ranking may"),
        ("src/pipeline/a.cpp", "<CLI/CLI.hpp>", "only bench, cli may"),
        (
            "src/core/a.cpp",
            "<nlohmann/json.hpp>",
            "only bench, bundle, cli, command, evaluation, io",
        ),
        ("src/core/a.cpp", "<eigen3/Eigen/Core>", "no such folder"),
        ("src/core/a.cpp", '"b.hpp"', "write the path relative to src"),
        (
            "src/io/a.cpp",
            '"vitrina_build_id.hpp"',
            "only src/core/version.cpp may",
        ),
        (
            "src/core/a.cpp",
            '"bench/speed/part.hpp"',
            "core may not include bench/speed/part.hpp",
        ),
        ("src/utils/a.hpp", "<vector>", "utils is not in the table"),
    ],
)
def test_forbidden(tmp_path: Path, place: str, include: str, why: str) -> None:
    found = violations(tmp_path, place, include)
    assert len(found) == 1
    assert found[0].startswith(f"{place}:")
    assert why in found[0]


def make(root: Path, place: str, *includes: str) -> None:
    """A source file with these includes."""
    path = root / "src" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f'#include "{name}"\n' for name in includes))


def test_three_files_in_a_circle(tmp_path: Path) -> None:
    make(tmp_path, "data/a.hpp")
    make(tmp_path, "data/a.cpp", "data/a.hpp", "data/b.hpp")
    make(tmp_path, "data/b.hpp", "data/c.hpp")
    make(tmp_path, "data/c.hpp", "core/d.hpp")
    make(tmp_path, "core/d.hpp")
    assert check_layers.violations(tmp_path) == []
    make(tmp_path, "data/c.hpp", "data/b.hpp")
    assert check_layers.violations(tmp_path) == []  # two neighbours
    make(tmp_path, "data/c.hpp", "data/a.hpp")
    assert check_layers.violations(tmp_path) == [
        "src/data/a.hpp:1: these include each other: data/a, data/b, data/c"
    ]


def test_the_table_has_no_circle() -> None:
    left = dict(check_layers.LAYERS)
    while left:
        lowest = [
            name for name, below in left.items() if not below & set(left)
        ]
        assert lowest, f"these may include each other: {sorted(left)}"
        for name in lowest:
            del left[name]


def test_line_number_and_every_violation(tmp_path: Path) -> None:
    found = violations(
        tmp_path, "src/data/a.cpp", "<vector>", '"io/b.hpp"', '"cli/c.hpp"'
    )
    assert [line.split(" ")[0] for line in found] == [
        "src/data/a.cpp:3:",
        "src/data/a.cpp:4:",
    ]


def run(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(root)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_exit_codes(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 1  # nothing was checked
    violations(tmp_path, "src/core/a.hpp", "<vector>")
    assert run(tmp_path).returncode == 0
    violations(tmp_path, "src/core/a.hpp", '"io/b.hpp"')
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert "src/core/a.hpp:2: core may not include" in failed.stdout


def test_this_project() -> None:
    assert check_layers.violations(ROOT) == []


def test_build_table_obeys_the_layers() -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    calls = re.findall(r"^vitrina_module\(([^)]*)\)", text, re.MULTILINE)
    assert len(calls) >= 10
    for call in calls:
        name, *words = call.split()
        deps = words[words.index("DEPS") + 1 :] if "DEPS" in words else []
        if "LIBS" in deps:
            deps = deps[: deps.index("LIBS")]
        assert set(deps) <= check_layers.LAYERS[name], name
