"""Checks that the folders of src/ include only what they may know.

Nor may files include each other in a circle. The programs of bench/ are one
more layer, above all others.

The tables below are the rule; docs/architecture.md explains it. Run from
anywhere: ``check_layers.py [ROOT]``. Each violation is one line with its
place; the exit code is 1 when there is any.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

# Folder of src/ -> other folders it may include. "vitrina" is
# include/vitrina, the public API.
BELOW_ENGINE = {
    "candidates",
    "core",
    "data",
    "features",
    "metrics",
    "models",
    "ranking",
    "selection",
}
LAYERS: dict[str, set[str]] = {
    "core": set(),
    "data": {"core"},
    "io": {"core", "data"},
    "models": {"core", "data"},
    "ranking": {"core", "data"},
    "selection": {"core", "data"},
    "metrics": {"core", "data"},
    "simulate": {"core", "data"},
    "candidates": {"core", "data", "models"},
    "features": {"core", "data", "models"},
    "engine": BELOW_ENGINE,
    # What both an answer of the pipeline and one of the API need of a packed
    # bundle. It reads archives (core), so it needs neither Arrow nor io.
    "bundle": {
        "core",
        "data",
        "engine",
        "models",
        "ranking",
        "selection",
    },
    # What takes events in and answers at once, in one process.
    "live": BELOW_ENGINE | {"bundle", "engine"},
    # What judges knows neither files nor options.
    "evaluation": BELOW_ENGINE | {"bundle", "engine", "live"},
    "command": {"bundle", "core", "data", "io"},
    "pipeline": BELOW_ENGINE
    | {"bundle", "command", "engine", "evaluation", "io"},
    "tools": BELOW_ENGINE
    | {
        "bundle",
        "command",
        "engine",
        "evaluation",
        "io",
        "live",
        "pipeline",
        "simulate",
    },
    "program": {"command", "core", "pipeline", "tools"},
    "api": {
        "bundle",
        "command",
        "core",
        "data",
        "evaluation",
        "io",
        "live",
        "metrics",
        "program",
        "selection",
        "vitrina",
    },
    # What was told to a server, on disk.
    "store": {"core", "vitrina"},
    "server": {"core", "store", "vitrina"},
    "python": {"core", "vitrina"},
    "cli": {"command", "core", "program", "server", "store", "vitrina"},
    "vitrina": set(),
    "bench": BELOW_ENGINE
    | {
        "bundle",
        "cli",
        "command",
        "engine",
        "io",
        "live",
        "program",
        "server",
        "simulate",
        "vitrina",
    },
}

# Public headers that core is built on: what they declare is core's own, and
# it stands there so that the public headers need nothing of src/.
PUBLIC_OF_CORE = {"vitrina/error.hpp", "vitrina/version.hpp"}

# Prefix of a third-party include -> the folders that may know it.
EVERY_SOURCE = set(LAYERS) - {"vitrina"}
THIRD_PARTIES: dict[str, set[str]] = {
    "CLI/": {"bench", "cli"},
    "LightGBM/": {"ranking"},
    "Python.h": {"python"},
    "arrow/": {"io"},
    "boost/": {"bench", "server"},
    "fmt/": EVERY_SOURCE,
    "minizip/": {"io"},
    "nanobind/": {"python"},
    "nettle/": {"core"},
    "nlohmann/": {
        "bench",
        "bundle",
        "cli",
        "command",
        "evaluation",
        "io",
        "pipeline",
        "tools",
    },
    "parquet/": {"io"},
    "sqlite3.h": {"bench", "store"},
    "yaml-cpp/": {"io"},
}
# Headers of the operating system that live in a folder.
SYSTEM_FOLDERS = {"arpa", "linux", "net", "netinet", "sys"}

# Generated header -> the one file that may include it, so that a new build
# id recompiles one file.
GENERATED = {"vitrina_build_id.hpp": "src/core/version.cpp"}

SUFFIXES = {".cpp", ".hpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def sources(root: Path) -> Iterator[tuple[Path, str]]:
    """Each source under `root` with the folder of the table it is in."""
    for top in ("src", "include", "bench"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SUFFIXES:
                place = path.relative_to(root)
                yield path, place.parts[0 if top == "bench" else 1]


def fault_of_third_party(layer: str, target: str) -> str:
    """Ownership of what is neither ours nor the standard library's."""
    for prefix, owners in THIRD_PARTIES.items():
        if target == prefix or target.startswith(prefix):
            if layer in owners:
                return ""
            return (
                f"{layer} may not include {target}; "
                f"only {', '.join(sorted(owners))} may"
            )
    head, slash, _ = target.partition("/")
    if slash and head not in SYSTEM_FOLDERS:
        return (
            f"{layer} may not include {target}; no such folder or third "
            f"party in the tables of scripts/check_layers.py"
        )
    if target.endswith(".hpp"):
        return (
            f"{layer} may not include {target}; "
            f"write the path relative to src, such as {layer}/{target}"
        )
    return ""


def fault(place: str, layer: str, target: str) -> str:
    """Why `place` (relative to the root) may not include `target`, or ""."""
    if target in GENERATED:
        owner = GENERATED[target]
        if place == owner:
            return ""
        return f"{layer} may not include {target}; only {owner} may"
    head = target.split("/")[0]
    if "/" not in target or head not in LAYERS:
        return fault_of_third_party(layer, target)
    if layer == "core" and target in PUBLIC_OF_CORE:
        return ""
    if head != layer and head not in LAYERS[layer]:
        allowed = ", ".join(sorted(LAYERS[layer])) or "nothing of ours"
        return f"{layer} may not include {target}; allowed: {allowed}"
    return ""


def unit(place: str) -> str:
    """A header and its source are one: `src/core/file.cpp` -> `core/file`."""
    return place.removeprefix("src/").rpartition(".")[0]


def includes_by_unit(root: Path) -> dict[str, set[str]]:
    """Each unit of src/ with the other units of src/ that it includes."""
    graph: dict[str, set[str]] = {}
    for path, _ in sources(root):
        place = path.relative_to(root).as_posix()
        if not place.startswith("src/"):
            continue
        own = graph.setdefault(unit(place), set())
        for line in path.read_text(encoding="utf-8").splitlines():
            match = INCLUDE.match(line)
            if match and (root / "src" / match[1]).is_file():
                own.add(unit(match[1]))
        own.discard(unit(place))
    return graph


def circles(root: Path) -> list[str]:
    """Units that need each other in a circle, one line a circle.

    Two neighbours may: one of them has a part of the other's work. With
    three nothing can be read or tested before the rest.
    """
    graph = includes_by_unit(root)

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        left = [start]
        while left:
            new = graph.get(left.pop(), set()) - seen
            seen |= new
            left += new
        return seen

    below = {name: reachable(name) for name in graph}
    found = {
        tuple(sorted(other for other in below[name] if name in below[other]))
        for name in graph
        if name in below[name]
    }
    return [
        f"src/{names[0]}.hpp:1: these include each other: {', '.join(names)}"
        for names in sorted(found)
        if len(names) > 2
    ]


def violations(root: Path) -> list[str]:
    """All violations under `root`, one line each, ordered by place."""
    found = circles(root)
    for path, layer in sources(root):
        place = path.relative_to(root).as_posix()
        if layer not in LAYERS:
            found.append(
                f"{place}:1: {layer} is not in the table of "
                f"scripts/check_layers.py"
            )
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            match = INCLUDE.match(line)
            if match and (why := fault(place, layer, match[1])):
                found.append(f"{place}:{number}: {why}")
    return found


def main() -> int:
    default = Path(__file__).resolve().parent.parent
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    found = violations(root)
    for line in found:
        print(line)
    total = sum(1 for _ in sources(root))
    if total == 0:
        print(f"layers: no sources under {root}; expected src/ there")
        return 1
    print(f"layers: {total} files, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
