"""A killed server has lost nothing that it acknowledged.

`make kill-live` goes on where this ends.
"""

from pathlib import Path

from killing import kill_under_writers, send_unheard

KILLS = 20
WRITERS = 6


def test_kills_lose_double_and_invent_nothing(
    learned: Path, tmp_path: Path
) -> None:
    bundle, store = learned / "bundle", tmp_path / "store"
    kills = kill_under_writers(bundle, store, KILLS, WRITERS, seed=7)
    assert len(kills.acknowledged) > 10 * KILLS
    send_unheard(bundle, store, kills)
