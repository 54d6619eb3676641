"""The answer in the docs is what the program gives, to the byte."""

import os
import subprocess
from pathlib import Path

from command import ROOT


def test_the_committed_answer_is_made_again(
    program: Path, tmp_path: Path
) -> None:
    made = tmp_path / "made.csv"
    subprocess.run(
        [ROOT / "scripts" / "example_answer.sh", made],
        env={"PATH": os.environ["PATH"], "VITRINA_BIN": str(program)},
        cwd=tmp_path,
        check=True,
    )
    committed = ROOT / "docs" / "predictions.simulated.csv"
    assert made.read_bytes() == committed.read_bytes(), (
        "docs/predictions.simulated.csv is not what the program answers; "
        "run `make docs`"
    )
