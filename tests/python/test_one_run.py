"""One `make run` at a time works in a checkout."""

from pathlib import Path

import pytest
from vitrina_ops import run, source
from vitrina_ops.errors import OpsError


def test_a_second_run_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would say whose data the first one has in hand."""
    monkeypatch.chdir(tmp_path)
    updated: list[str] = []
    monkeypatch.setattr(source, "update", updated.append)
    with run.only_run():
        with pytest.raises(OpsError, match="another `make run` works in"):
            run.main()
    assert not updated
    with run.only_run():
        pass
