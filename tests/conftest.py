"""Imports the pack as ComfyUI does: a package with a path, never a folder on sys.path."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parent.parent


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


def pytest_addoption(parser):
    parser.addoption("--write-docs", action="store_true", help="rewrite web/docs from the schemas")
    parser.addoption("--record", action="store_true", help="rewrite what another pack's nodes draw (tests/data)")


@pytest.fixture(autouse=True, scope="session")
def annotators(tmp_path_factory):
    """An empty folder for the weights of preprocessors, whatever this machine has."""
    import folder_paths

    folder = tmp_path_factory.mktemp("annotators")
    folder_paths.folder_names_and_paths["annotators"] = ([str(folder)], set())
    return folder
