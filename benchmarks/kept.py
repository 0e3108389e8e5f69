"""What a long benchmark has found by now, kept so that a run that was stopped goes on from there."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .report import device_name

Part = dict[str, Any]
DIGITS = 7


class Kept:
    """What is known by now, in a file that is never half written; without a file only while this runs.

    `size` is a dataclass that says how much is measured; a file of another size is not gone on from.
    """

    def __init__(self, file: Path | None, size: Any):
        self.file, self.found = file, {"size": asdict(size), "device": device_name(), "cells": {}}
        if file and file.exists():
            known = json.loads(file.read_text())
            if known["size"] != asdict(size):
                raise SystemExit(f"{file} holds a run of another size ({known['size']}). Give another file.")
            self.found = known

    def once(self, name: str, measure: Callable[[], Part], among: str | None = None) -> Part:
        """The part of this name, measured if it is not known."""
        parts = self.found[among] if among else self.found
        if name not in parts:
            started = time.monotonic()
            parts[name] = measure()
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
            self._write()
        return parts[name]

    def _write(self) -> None:
        if self.file:
            aside = self.file.with_suffix(".writing")
            short = json.loads(json.dumps(self.found), parse_float=lambda digits: round(float(digits), DIGITS))
            aside.write_text(json.dumps(short, indent=1) + "\n")
            os.replace(aside, self.file)
