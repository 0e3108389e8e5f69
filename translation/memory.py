"""What is known of a language: a JSON file of English texts and their translations."""

import json
import re
from collections import Counter
from pathlib import Path

from ..host.locales import Definition
from .texts import english, leaves, translated

FOLDER = Path(__file__).resolve().parent
LOCALES = FOLDER.parent / "locales"
KEPT = re.compile(r"\{\w+\}|\d+(?:[.,]\d+)*")
"""What stays as it is in every language: numbers, and places in a text that are filled in."""
FORMS = " | "
"""Stands between the forms of a text for one and for many, as in web/js/i18n.js."""


def languages() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def load(language: str) -> dict[str, str]:
    path = FOLDER / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def texts() -> list[str]:
    """Every English text once."""
    return list(dict.fromkeys(text for part in english().values() for text in leaves(part)))


def missing(language: str) -> list[str]:
    known = load(language)
    return [text for text in texts() if not known.get(text)]


def faults(known: dict[str, str]) -> list[str]:
    """What is wrong with translations: numbers that are lost, places to fill in that differ.

    A number more is none: languages count in digits where English says "one". Of a text with a form for one and a form
    for many a language has as many as it needs, each with all numbers and places.
    """
    found = []
    for text, said in known.items():
        wanted = Counter(KEPT.findall(text.split(FORMS)[0]))
        for form in said.split(FORMS):
            there = Counter(KEPT.findall(form))
            invented = [place for place in there - wanted if place.startswith("{")]
            if lost := sorted((wanted - there).elements()) + invented:
                found.append(f"{lost} of {text!r} and of its translation {said!r} do not agree")
    return found


def add(language: str, more: dict[str, str]) -> None:
    """Adds translations to those that are known, and drops those of texts that are no more."""
    known = load(language) | more
    kept = {text: known[text] for text in texts() if known.get(text)}
    (FOLDER / f"{language}.json").write_text(_json(kept), encoding="utf-8", newline="\n")


def files() -> dict[Path, str]:
    """The files of locales/ and what is in them. What web/js says in English needs no file."""
    parts = english()
    found = {LOCALES / "en" / "nodeDefs.json": _json(parts["nodeDefs"])}
    for language in languages():
        known = load(language)
        for name, part in parts.items():
            found[LOCALES / language / f"{name}.json"] = _json(translated(part, known.get))
    return found


def write() -> None:
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _json(part: Definition) -> str:
    return json.dumps(part, ensure_ascii=False, indent=1) + "\n"
