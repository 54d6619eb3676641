"""`make slides`: the presentation in Russian and English, from measured JSON.

slides/deck.LANG.yaml has the words, slides/deck.typ the layout. Every number
comes from docs/measured/*.json or from the program itself; a missing one, or
a title that what was measured does not bear out, stops the build. A slide
whose measurement may be absent (`needs`) says so in its place.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import typst
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import write_text
from vitrina_ops.pipeline import load_yaml

from vitrina_slides import facts as measurements
from vitrina_slides import plots, style
from vitrina_slides.derived import Facts
from vitrina_slides.facts import resolve
from vitrina_slides.tables import TABLES, Writer

SOURCE = Path("slides")
REPORTS = Path("reports")
BUILD = Path("build/slides")
LANGUAGES = ("ru", "en")
PICTURE_DPI = 72


def chosen(slide: Any, facts: Facts) -> Any:
    """The slide, or what stands for it where its measurement is absent."""
    need = slide.get("needs")
    if need is None or need in facts:
        return slide
    kept = {key: slide[key] for key in ("id", "section")}
    return {**kept, "layout": "missing", **slide["otherwise"]}


def finished(
    slide: Any, facts: Facts, words: Any, lang: str, folder: Path
) -> Any:
    """A slide with its numbers, table and picture."""
    where = f"slide '{slide['id']}'"
    slide = chosen(slide, facts)
    claim = slide.get("holds")
    try:
        if claim is not None and not measurements.at(facts["claims"], claim):
            raise OpsError(f"its title '{slide['title']}' does not hold")
        found = resolve(slide, facts | {"words": words}, lang)
        if "table" in found:
            table = TABLES[found["table"]](facts, words, Writer(lang))
            found["table"] = table
        if "image" in found:
            path = folder / f"{found['image']}.svg"
            plots.draw(found["image"], facts, words, path)
            found["image"] = path.name
    except (KeyError, OpsError) as error:
        raise OpsError(f"{where}: {error}") from None
    return found


def build_deck(facts: Facts, lang: str, folder: Path) -> Path:
    """Everything a deck says and shows, in a folder for the typesetter."""
    folder.mkdir(parents=True, exist_ok=True)
    deck = load_yaml(SOURCE / f"deck.{lang}.yaml")
    words = {**resolve(deck["words"], facts, lang), "lang": lang}
    slides = [
        finished(slide, facts, words, lang, folder) for slide in deck["slides"]
    ]
    whole = {"lang": lang, "title": deck["title"], "slides": slides}
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    write_text(folder / "deck.json", text + "\n")
    layout = (SOURCE / "deck.typ").read_text(encoding="utf-8")
    write_text(folder / "deck.typ", layout)
    return folder / "deck.typ"


def typeset(source: Path, to: Path, *, pictures: bool = False) -> None:
    """Writes a PDF, or a PNG a page."""
    to.parent.mkdir(parents=True, exist_ok=True)
    kind: dict[str, Any] = (
        {"format": "png", "ppi": PICTURE_DPI}
        if pictures
        else {"format": "pdf"}
    )
    try:
        typst.compile(
            str(source),
            output=str(to),
            root=str(source.parent),
            font_paths=[str(style.font_folder())],
            ignore_system_fonts=True,
            sys_inputs={"data": "deck.json"},
            **kind,
        )
    except typst.TypstError as error:
        raise OpsError(f"{source}: {error}") from None


def typed_numbers(text: str) -> list[str]:
    """Words of a deck with a digit that is in no placeholder or command."""
    text = re.sub(r"(?m)^\s*(#.*|(side|gap|id|command): .*)$", "", text)
    found = re.findall(r"[\w:.-]*\d[\w:.-]*", re.sub(r"\{[^{}]*\}", "", text))
    names = (":00", "20", "SHA-256", "taobao2017-", "p99", "item2vec")
    return [word for word in found if not word.startswith(names)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--out", type=Path, default=REPORTS)
    add("--measured", type=Path, default=measurements.MEASURED)
    add("--pictures", type=Path, help="also a PNG a page, into this folder")
    options = parser.parse_args()
    for lang in LANGUAGES:
        path = SOURCE / f"deck.{lang}.yaml"
        if typed := typed_numbers(path.read_text(encoding="utf-8")):
            raise OpsError(f"{path}: found '{typed[0]}', a number by hand")
        facts = measurements.load(options.measured)
        source = build_deck(facts, lang, BUILD / lang)
        pdf = options.out / f"presentation.{lang}.pdf"
        typeset(source, pdf)
        if options.pictures:
            pages = options.pictures / f"{lang}-{{0p}}.png"
            typeset(source, pages, pictures=True)
        print(pdf)


if __name__ == "__main__":
    sys.exit(run_main("slides", main))
