"""What a model file is, as the browser asks it while a graph is edited."""

from pathlib import Path
from typing import Any

from ...preprocessors.appearance import kind_named
from ..control_files import FOLDER
from .headers import BaseHeader, ControlHeader, base_header, control_header, find, wrong_base

UNTOLD = {"v": 1, "known": False}
"""The answer about a file whose header says nothing."""


def inspected(folder: str, name: str, base_folder: str = "", base_name: str = "") -> tuple[dict[str, Any], int]:
    """JSON, and the status of HTTP: 404 for what no model folder lists."""
    path = find(folder, name)
    if path is None:
        return {"error": f"No model folder {folder!r} lists a file {name!r}."}, 404
    if folder != FOLDER:
        return _of_base(base_header(path)), 200
    header, base = control_header(path), find(base_folder, base_name)
    return _of_control(header, name, base_header(base) if base else None), 200


def _of_base(header: BaseHeader | None) -> dict[str, Any]:
    return {"v": 1, "known": True, "base": header.name, "unet": header.shape is not None} if header else UNTOLD


def _of_control(header: ControlHeader | None, name: str, base: BaseHeader | None) -> dict[str, Any]:
    """`mismatch` says why the two do not go together."""
    if header is None:
        return UNTOLD
    return {
        "v": 1,
        "known": True,
        "problem": header.problem,
        "family": header.family,
        "variant": header.variant,
        "base": header.base and header.base.name,
        "blocks": header.places and header.places.arrangement,
        "types": list(header.types),
        "kind": kind_named(Path(name).stem),
        "mismatch": base and wrong_base(header, base),
    }
