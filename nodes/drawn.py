"""What all nodes with an editor have in common."""

from collections.abc import Callable
from typing import Any

from ..errors import InvalidValue


def problem(read: Callable[[Any], Any], value: Any) -> bool | str:
    """For `validate_inputs`: what `read` has against the value of an editor; None came from a link, and is not read."""
    try:
        if value is not None:
            read(value)
    except InvalidValue as error:
        return str(error)
    return True
