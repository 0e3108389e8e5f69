"""What a help page has beside the schema: when to use a node, what it looks like, and the templates that have it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PURPOSES = ROOT / "docs" / "help"
PICTURES = ROOT / "web" / "docs" / "img"
CAPTIONS = PICTURES / "captions.json"
TEMPLATES = ROOT / "example_workflows"


@dataclass(frozen=True)
class Help:
    """`picture` is the path of an image, as a page of web/docs names it, and `caption` what it shows; `templates` come
    simplest first. All are empty where there is nothing."""

    purpose: str = ""
    picture: str = ""
    caption: str = ""
    templates: tuple[str, ...] = ()


def help_of(node_id: str) -> Help:
    """What is written, drawn and built for a node: docs/help/ID.md, web/docs/img/ID.jpg, example_workflows."""
    purpose = PURPOSES / f"{node_id}.md"
    picture = PICTURES / f"{node_id}.jpg"
    return Help(
        purpose=purpose.read_text(encoding="utf-8").strip() if purpose.is_file() else "",
        picture=f"img/{picture.name}" if picture.is_file() else "",
        caption=captions().get(node_id, ""),
        templates=tuple(name for name, types in _templates().items() if node_id in types),
    )


@cache
def captions() -> dict[str, str]:
    """What the pictures show, by the ids of nodes."""
    return json.loads(CAPTIONS.read_text(encoding="utf-8")) if CAPTIONS.is_file() else {}


@cache
def _templates() -> dict[str, list[str]]:
    """The types of the nodes of each template, those of fewest nodes first."""
    found = {file.stem: _types(json.loads(file.read_text(encoding="utf-8"))) for file in TEMPLATES.glob("*.json")}
    return dict(sorted(found.items(), key=lambda template: (len(template[1]), template[0])))


def _types(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["type"]] if isinstance(part.get("type"), str) else []
        return own + [found for inner in part.values() for found in _types(inner)]
    return [found for inner in part for found in _types(inner)] if isinstance(part, list) else []
