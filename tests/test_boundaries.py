"""The dependency rules, read from the code's own imports."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = sys.stdlib_module_names | {"torch"}
IMAGES = {"numpy", "cv2", "kornia", "PIL", "transformers"}
COMFY = {"comfy", "comfy_api", "comfy_execution", "folder_paths", "latent_preview", "server"}
HOST = {"./control", "./preprocessors", "./fidelity", "./practice", "./discovery", "./errors", "safetensors"}
MAY_IMPORT = {  # "./x" is our own folder x, "x" is somebody else's module x
    "control": {"./errors", "safetensors"},
    "preprocessors": {"./errors"} | IMAGES,
    "fidelity": {"./preprocessors", "./errors"} | IMAGES,
    "compatibility": {"./preprocessors", "./discovery", "./errors"},
    "host": HOST | IMAGES | COMFY | {"aiohttp", "requests", "./compatibility"},
    "nodes": {"./control", "./preprocessors", "./fidelity", "./host", "./discovery", "./errors", "comfy_api"},
    "translation": {"./host", "./nodes"},
    "train": HOST | {"./host"} | IMAGES | COMFY | {"accelerate"},
    "practice": IMAGES | {"./fidelity", "./preprocessors", "aiohttp", "comfy_cli"},
    "practice/training": HOST | {"./host"} | IMAGES | {"comfy"},
}
FILES = [path for folder in MAY_IMPORT for path in (ROOT / folder).rglob("*.py")]


def imports(path: Path) -> set[str]:
    here, found = path.relative_to(ROOT).parent.parts, set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1]
            names = base[:1] or ([node.module] if node.module else [alias.name for alias in node.names])
            found |= {"./" + name.split(".")[0] for name in names}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found |= {name.split(".")[0] for name in names} - ALWAYS
    return found


@pytest.mark.parametrize("path", sorted(set(FILES)), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_keep_to_the_rules(path):
    parents = [
        parent.relative_to(ROOT).as_posix() for parent in path.parents if parent != ROOT and ROOT in parent.parents
    ]
    rule = next(MAY_IMPORT[parent] for parent in parents if parent in MAY_IMPORT)
    assert imports(path) <= rule | {"./" + parents[-1]}


def test_the_root_imports_nothing_when_loaded():
    tree = ast.parse((ROOT / "__init__.py").read_text())
    assert not [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def test_the_quickstart_needs_the_standard_library_only():
    assert imports(ROOT / "quickstart.py") == set()
