"""Imports the pack as ComfyUI does: a package with a path, never a folder on sys.path."""

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import hypothesis
import pytest
import torch

ROOT = Path(__file__).resolve().parent.parent
LONGEST = (
    "e2e/",
    "live/",
    "host/test_manner.py",
    "host/test_training.py",
    "host/test_union.py",
    "preprocessors/test_every.py",
)


def _standalone():
    spec = spec_from_file_location("armature_standalone", ROOT / "standalone.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


standalone = _standalone()
standalone.load_pack()
sys.argv = sys.argv[:1]  # ComfyUI reads the command line when it is imported
standalone.load_comfyui()
torch.set_num_threads(1)  # the networks are tiny, and two threads wait for each other on a busy machine
os.environ["OMP_NUM_THREADS"] = "1"  # of the servers and trainings that tests start
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("steady")


def pytest_addoption(parser):
    parser.addoption("--write-docs", action="store_true", help="rewrite web/docs from the schemas")
    parser.addoption("--record", action="store_true", help="rewrite what another pack's nodes draw (tests/data)")


def pytest_collection_modifyitems(items):
    """The longest files first, so that no process is alone with one of them at the end."""
    longest = tuple(f"tests/{name}" for name in LONGEST)
    items.sort(key=lambda item: not item.nodeid.startswith(longest))


def pytest_runtest_setup():
    """The same numbers for every test, whichever ran before."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True, scope="session")
def annotators(tmp_path_factory):
    """An empty folder for the weights of preprocessors, whatever this machine has."""
    import folder_paths

    folder = tmp_path_factory.mktemp("annotators")
    folder_paths.folder_names_and_paths["annotators"] = ([str(folder)], set())
    return folder
