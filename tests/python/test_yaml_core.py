"""Parameters are what the program takes them for."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from vitrina_ops import pipeline, yaml_core
from vitrina_ops.errors import OpsError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("010", 10),
        ("-7", -7),
        ("+7", 7),
        ("1e2", 100.0),
        ("1.5e-3", 0.0015),
        (".5", 0.5),
        ("5.", 5.0),
        ("2024-09-29", "2024-09-29"),
        ("12:30", "12:30"),
        ("yes", "yes"),
        ("True", True),
        ("'50'", "50"),
        ("~", None),
        ("", None),
        ("1_000", "1_000"),
    ],
)
def test_plain_scalars_are_of_the_core_schema(
    text: str, expected: Any
) -> None:
    found = yaml_core.load(text)
    assert found == expected
    assert type(found) is type(expected)


def test_the_projects_files_say_the_same_by_both() -> None:
    for path in [ROOT / "params.yaml", *(ROOT / "experiments").glob("*.yaml")]:
        text = path.read_text()
        assert yaml_core.load(text) == yaml.safe_load(text), path


def test_what_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("a: [1")
    with pytest.raises(OpsError, match="broken.yaml: "):
        pipeline.load_yaml(path)
