"""Writes params.local.yaml: where this checkout's shop comes from.

dvc.yaml reads it for what must not stand in params.yaml: the folder of a real
log, or else the scale of the simulated one, and the seed. The file is ignored
by git.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

import yaml

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import write_text

LOCAL_PARAMS = Path("params.local.yaml")
SIMULATED = Path("data/simulated")
MAX_SEED = 2**64 - 1
DEFAULT_SCALE = 0.1
DEFAULT_SEED = 42

HEAD = """\
# Where the shop of this checkout comes from; `make run DATA=DIR`, SCALE= and
# SEED= write it. A real log has no scales: then nothing is simulated.
"""


def parse_scale(text: str) -> float:
    """The scale of the simulated shop; 1 is the size of the case's log."""
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if 0 < scale <= 100:
        return scale
    raise OpsError(f"SCALE: found '{text}', expected a number above 0, to 100")


def parse_seed(text: str) -> int:
    """The seed of everything random."""
    if text.isascii() and text.isdigit() and int(text) <= MAX_SEED:
        return int(text)
    raise OpsError(f"SEED: found '{text}', expected a whole number below 2^64")


def parse_data(text: str) -> Path:
    """A folder with a real log, never the one that simulated shops go to."""
    path = Path(text).expanduser()
    if not path.is_dir():
        raise OpsError(
            f"DATA: '{text}' is not a folder; give the one that holds "
            "train_actions.pq"
        )
    real = path.resolve()
    if real == SIMULATED.resolve() or SIMULATED.resolve() in real.parents:
        raise OpsError(
            f"DATA: '{text}' is where simulated shops are written and would "
            "be overwritten; move the log elsewhere, or leave DATA out"
        )
    root = Path.cwd().resolve()
    return real.relative_to(root) if root in real.parents else real


def local_params(data: str, scale: str, seed: str) -> str:
    """The text of params.local.yaml; an empty value means the default."""
    if data and scale:
        raise OpsError("DATA and SCALE: give one of them, not both")
    folder = parse_data(data) if data else SIMULATED
    scales = [] if data else [parse_scale(scale or str(DEFAULT_SCALE))]
    values = {
        "source": {
            "data_dir": _untemplated(str(folder)),
            "data_word": _untemplated(shlex.quote(str(folder))),
            "scales": scales,
            "seed": parse_seed(seed or str(DEFAULT_SEED)),
        }
    }
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return HEAD + text


def _untemplated(path: str) -> str:
    if "${" in path or not path.isprintable():
        raise OpsError(
            f"DATA: {path!r} holds '${{' or a character that cannot be "
            "shown; rename it"
        )
    return path


def update(text: str) -> None:
    """Writes params.local.yaml unless it says that already."""
    if not LOCAL_PARAMS.exists() or LOCAL_PARAMS.read_text() != text:
        write_text(LOCAL_PARAMS, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "scale", "seed"):
        parser.add_argument(
            f"--{name}", default=os.environ.get(name.upper(), "")
        )
    parser.add_argument(
        "--if-missing",
        action="store_true",
        help="leave a file that is there as it is",
    )
    options = parser.parse_args()
    if options.if_missing and LOCAL_PARAMS.exists():
        return
    update(local_params(options.data, options.scale, options.seed))


if __name__ == "__main__":
    sys.exit(run_main("source", main))
