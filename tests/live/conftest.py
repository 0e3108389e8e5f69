"""A real ComfyUI server with this pack, started once for all tests of this folder."""

from argparse import Namespace
from contextlib import contextmanager
from pathlib import Path

import comfy
import pytest

from ..quickstart_module import load_quickstart
from .client import Client


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as client:
        yield client


@contextmanager
def serving(home: Path, *arguments):
    """A server with its own folders in `home`, and more arguments for ComfyUI."""
    quickstart = load_quickstart(home)
    quickstart.link_pack()
    options = Namespace(port=0, comfyui=Path(next(iter(comfy.__path__))).parent, cpu=True)
    quickstart.EXTRA = ["--cache-none", *arguments]  # every run computes everything, so that runs can be compared
    process, url = quickstart.start(options)
    try:
        yield Client(url, quickstart.BASE, quickstart.LOG)
    finally:
        quickstart.stop(process)
