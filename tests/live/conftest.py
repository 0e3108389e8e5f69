"""A real ComfyUI server with this pack, started once for all tests of this folder."""

from argparse import Namespace
from pathlib import Path

import comfy
import pytest

from ..quickstart_module import load_quickstart
from .client import Client


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    quickstart = load_quickstart(tmp_path_factory.mktemp("server"))
    quickstart.link_pack()
    options = Namespace(port=0, comfyui=Path(next(iter(comfy.__path__))).parent, cpu=True)
    quickstart.EXTRA = ["--cache-none"]  # every run computes everything, so that runs can be compared
    process, url = quickstart.start(options)
    yield Client(url, quickstart.BASE, quickstart.LOG)
    quickstart.stop(process)
