"""Every text that people see, as the English files of a locale."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from ..host.locales import Definition, definition, texts_without_entry
from ..nodes import node_classes

SCRIPTS = Path(__file__).resolve().parent.parent / "web" / "js"
SAID = re.compile(r"""\bt\(\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)""")
SETTING = re.compile(
    r'''\bid: "(Armature\.\w+)",\s*name: "([^"]+)",\s*tooltip: "([^"]+)",\s*category: \["Armature", "(\w+)"'''
)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
OURS = "armature"
"""The key in main.json of all that is looked up by its English text: what web/js/i18n.js does."""


def english() -> dict[str, Definition]:
    """nodeDefs.json, main.json and settings.json, by their names without the ending."""
    schemas = sorted((cls.GET_SCHEMA() for cls in node_classes()), key=lambda schema: schema.node_id)
    named = dict.fromkeys([*said_by_scripts(SCRIPTS), *texts_without_entry(schemas)])
    settings, categories = settings_of_scripts(SCRIPTS)
    return {
        "nodeDefs": {schema.node_id: definition(schema) for schema in schemas},
        "main": {OURS: {text: text for text in named}, "settingsCategories": categories},
        "settings": settings,
    }


def said_by_scripts(folder: Path) -> list[str]:
    """The texts that the scripts of the frontend give to t(), by file."""
    scripts = (path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.js")))
    return [ESCAPE.sub(r"\1", said[1:-1]) for script in scripts for said in SAID.findall(script)]


def settings_of_scripts(folder: Path) -> tuple[Definition, Definition]:
    """The settings that the scripts add, as settings.json has them, and the headings that they stand under."""
    found = [
        each for path in sorted(folder.rglob("*.js")) for each in SETTING.findall(path.read_text(encoding="utf-8"))
    ]
    named = {key.replace(".", "_"): {"name": name, "tooltip": tooltip} for key, name, tooltip, _ in found}
    return named, {heading: heading for *_, heading in found}


def leaves(part: Definition) -> Iterator[str]:
    for value in part.values():
        if isinstance(value, str):
            yield value
        else:
            yield from leaves(value)


def translated(part: Definition, say: Callable[[str], str | None]) -> Definition:
    """The same with every text in another language; without those that it has no words for."""
    said = {key: say(it) if isinstance(it, str) else translated(it, say) for key, it in part.items()}
    return {key: it for key, it in said.items() if it}
