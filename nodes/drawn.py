"""What all nodes with an editor have in common."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from comfy_api.latest import io

from ..errors import InvalidValue

KEPT = {field.name: True for field in fields(io.Schema) if field.name == "has_intermediate_output"}
"""For `io.Schema`: what a run sent to the editor outlives a reload of the page; ComfyUI before 0.20 cannot."""


def problem(read: Callable[[Any], Any], value: Any) -> bool | str:
    """For `validate_inputs`: what `read` has against the value of an editor; None came from a link, and is not read."""
    try:
        if value is not None:
            read(value)
    except InvalidValue as error:
        return str(error)
    return True
