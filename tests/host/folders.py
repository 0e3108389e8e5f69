"""Model folders of a test's own."""

import folder_paths
import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """models/controlnet, empty; so are all other folders with control files in them."""
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    roots(monkeypatch, "controlnet", tmp_path)
    roots(monkeypatch, "model_patches")
    return tmp_path


def roots(monkeypatch, name, *paths):
    extensions = folder_paths.folder_names_and_paths[name][1]
    monkeypatch.setitem(folder_paths.folder_names_and_paths, name, ([str(path) for path in paths], extensions))
