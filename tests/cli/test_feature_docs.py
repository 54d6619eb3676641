"""docs/features.md is what the program says of its columns."""

import re
from pathlib import Path
from typing import Any

import feature_docs
import pytest
from command import Vitrina


@pytest.fixture(scope="module")
def registries(program: Path) -> Any:
    return feature_docs.said(program)


def test_page_is_what_the_program_says(program: Path) -> None:
    written = feature_docs.PAGE.read_text(encoding="utf-8")
    assert written == feature_docs.page(program), "run `make docs`"


def test_page_names_and_explains_every_column(registries: Any) -> None:
    page = feature_docs.PAGE.read_text(encoding="utf-8")
    assert registries["columns"] >= 150
    for group in registries["groups"]:
        _, found, rest = page.partition(f"\n## {group['name']}\n")
        assert found, group["name"]
        section = rest.partition("\n## ")[0]
        assert group["as_of"] in section
        assert f"Scope: {group['scope']}." in section
        rows = re.findall(r"^\| (\w+)(?: \(off\))? \| (.*?) \|", section, re.M)
        told = {name: meaning for name, meaning in rows if name != "column"}
        assert told == {
            column["name"].removeprefix(group["name"] + "__"): column[
                "meaning"
            ]
            for column in group["columns"]
        }


def test_features_agree_with_the_parameters(
    vitrina: Vitrina, registries: Any
) -> None:
    params = vitrina("params").stdout
    for row in registries["generators"] + registries["groups"]:
        kind, _, name = row["section"].partition(".")
        section = "\n" + params.partition(f"\n{kind}:\n")[2]
        fields = section.partition(f"\n  {name}:\n")[2]
        found = re.search(r"^    enabled: (true|false)$", fields, re.M)
        assert found, row["section"]
        assert (found[1] == "true") == row["on"], row["section"]
