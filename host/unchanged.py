"""Remembers what was read of a file until the file changes."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, TypeVar

Read = TypeVar("Read", bound=Callable[..., Any])


def while_unchanged(most: int | None) -> Callable[[Read], Read]:
    """For a function of a path, and of more: its last `most` answers stand while the file's time and size do, None for
    all. It raises OSError where there is no file.
    """

    def remembering(read: Read) -> Read:
        @lru_cache(maxsize=most)
        def remembered(path: Path, modified: int, size: int, *given: Any) -> Any:
            return read(path, *given)

        @wraps(read)
        def current(path: Path, *given: Any) -> Any:
            facts = path.stat()
            return remembered(path, facts.st_mtime_ns, facts.st_size, *given)

        return current

    return remembering
