"""What is asked of each log: its cuts and its pace, from logs.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .logs import time_us


@dataclass(frozen=True)
class Plan:
    """Cuts of a log, earlier ones for tuning, and its unit of time."""

    tuning: tuple[str, ...]
    reported: tuple[str, ...]
    pace_days: float = 1.0
    rarest_product: int | None = None  # training baskets that hold it

    def __post_init__(self) -> None:
        if not self.tuning or not self.reported:
            raise ValueError("found no cut, expected some to tune at and some")
        if max(map(time_us, self.tuning)) >= min(map(time_us, self.reported)):
            raise ValueError(
                f"found tuning at {self.tuning[-1]}, expected it before "
                f"{self.reported[0]}, the first reported cut"
            )


def read_plans(path: Path) -> dict[str, Plan]:
    """Read the plan of every log by the name of its folder."""
    try:
        logs = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SystemExit(f"{path}: {error}") from None
    plans = {}
    for name, found in logs.items():
        try:
            plans[name] = Plan(
                tuple(found["tuning"]),
                tuple(found["reported"]),
                float(found["pace_days"]),
                found.get("rarest_product"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SystemExit(f"{path}: {name}: {error}") from None
    return plans
