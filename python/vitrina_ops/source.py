"""Writes params.local.yaml: where this checkout's shop comes from.

dvc.yaml reads it for what must not stand in params.yaml: the folder of a real
log, or else the scale of the simulated one, the seed, and the shop's name,
which names its registered model. The file is ignored by git.
"""

import argparse
import math
import os
import shlex
import sys
import unicodedata
from pathlib import Path
from typing import Any

import yaml

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import write_text

LOCAL_PARAMS = Path("params.local.yaml")
LOCK = Path("dvc.lock")
SIMULATED = Path("data/simulated")
MAX_SEED = 2**64 - 1
DEFAULT_SCALE = 0.1
DEFAULT_SEED = 42
SIMULATED_SHOP = "simulated"
MAX_SHOP = 100  # characters

# Who named the shop: SHOP=, the name of DATA's folder, the simulated shop
# that a run asked for, or set-up, where no run asked for any yet.
BY_USER, BY_FOLDER, BY_SCALE, BY_SETUP = "user", "folder", "scale", "setup"

HEAD = """\
# Where the shop of this checkout comes from; `make run DATA=DIR`, SCALE=,
# SEED= and SHOP= write it. A real log has no scales: then nothing is
# simulated. `shop` names the registered model: vitrina-SHOP.
"""


def parse_scale(text: str) -> float:
    """The scale of the simulated shop; 1 is the size of the case's log.

    Which scales there are is the program's to say (`run.check_scale`).
    """
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if math.isfinite(scale):
        return scale
    raise OpsError(f"SCALE: found '{text}', expected a number")


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


def safe_name(text: str) -> str:
    """`text` as a shop's name: letters, digits, '.', '_' and '-', which
    mean nothing in a model's address."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if c.isalnum() or c in "._" else "-" for c in composed)
    return "-".join(filter(None, kept.split("-"))).strip(".")[:MAX_SHOP]


def parse_shop(text: str, is_real: bool) -> str:
    """The name that SHOP= gives."""
    if not text or text != safe_name(text):
        raise OpsError(
            f"SHOP: found {text!r}, expected letters, digits, '.', '_' and "
            f"single '-', {MAX_SHOP} at most"
        )
    if is_real and text == SIMULATED_SHOP:
        raise OpsError(
            f"SHOP: '{text}' is the simulated shop's name; name a real one "
            "otherwise"
        )
    return text


def shop_of_folder(folder: Path) -> str:
    """The shop's name where only DATA was given: its folder's."""
    name = safe_name(folder.resolve().name)
    if name and name != SIMULATED_SHOP:
        return name
    raise OpsError(
        f"DATA: the folder's name {folder.resolve().name!r} cannot name the "
        "shop; give SHOP=NAME as well"
    )


def local_params(
    data: str, scale: str, seed: str, shop: str = "", *, asked: bool = True
) -> str:
    """The text of params.local.yaml; an empty value means the default.
    `asked` says that a run asked for this shop."""
    if data and scale:
        raise OpsError("DATA and SCALE: give one of them, not both")
    folder = parse_data(data) if data else SIMULATED
    scales = [] if data else [parse_scale(scale or str(DEFAULT_SCALE))]
    if shop:
        name, named_by = parse_shop(shop, bool(data)), BY_USER
    elif data:
        name, named_by = shop_of_folder(folder), BY_FOLDER
    else:
        name, named_by = SIMULATED_SHOP, BY_SCALE if asked else BY_SETUP
    return _as_text(
        {
            "data_dir": _untemplated(str(folder)),
            "data_word": _untemplated(shlex.quote(str(folder))),
            "scales": scales,
            "seed": parse_seed(seed or str(DEFAULT_SEED)),
            "shop": name,
            "shop_named_by": named_by,
        }
    )


def _as_text(values: dict[str, Any]) -> str:
    text: str = yaml.safe_dump(
        {"source": values}, sort_keys=False, allow_unicode=True
    )
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


def prepare_lock() -> None:
    """Makes the file behind the link dvc.lock where it is not there. In git
    is the link alone: what was run, and on whose data, stays here. (A lock
    that git ignores is refused by DVC.)"""
    if LOCK.is_symlink() and not LOCK.exists():
        write_text(LOCK.readlink(), "schema: '2.0'\nstages: {}\n")


def with_shop(text: str) -> str | None:
    """An older file's text with the shop's name; None where it has one."""
    found = yaml.safe_load(text)["source"]
    if "shop" in found:
        return None
    if found["scales"]:
        name, named_by = SIMULATED_SHOP, BY_SCALE
    else:
        name, named_by = shop_of_folder(Path(found["data_dir"])), BY_FOLDER
    return _as_text({**found, "shop": name, "shop_named_by": named_by})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "scale", "seed", "shop"):
        parser.add_argument(
            f"--{name}", default=os.environ.get(name.upper(), "")
        )
    parser.add_argument(
        "--if-missing",
        action="store_true",
        help="leave a file that is there as it is, but for a missing name",
    )
    options = parser.parse_args()
    prepare_lock()
    given = (options.data, options.scale, options.seed, options.shop)
    if not options.if_missing:
        update(local_params(*given))
    elif not LOCAL_PARAMS.exists():
        update(local_params("", "", "", asked=False))
    elif text := with_shop(LOCAL_PARAMS.read_text()):
        update(text)


if __name__ == "__main__":
    sys.exit(run_main("source", main))
