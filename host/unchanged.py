"""Remembers what was read of a file until the file changes."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

Read = TypeVar("Read", bound=Callable[..., Any])


def while_unchanged(most: int | None, or_none: bool = False) -> Callable[[Read], Read]:
    """For a function of a path, and of more: its last `most` answers stand while the file's time and size do, None for
    all. Where there is no file that can be looked at, it raises OSError, or is None.
    """

    def remembering(read: Read) -> Read:
        @lru_cache(maxsize=most)
        def remembered(path: Path, modified: int, size: int, *given: Any) -> Any:
            return read(path, *given)

        @wraps(read)
        def current(path: Path, *given: Any) -> Any:
            try:
                facts = path.stat()
            except OSError:
                if or_none:
                    return None
                raise
            return remembered(path, facts.st_mtime_ns, facts.st_size, *given)

        return current

    return remembering
