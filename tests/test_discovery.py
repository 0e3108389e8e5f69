from types import ModuleType

import pytest

from armature import discovery
from armature.control import architectures
from armature.control.architecture import Architecture, Layout, Signature, detect
from armature.control.checkpoint import Checkpoint
from armature.errors import AmbiguousArchitecture


def test_every_file_of_a_folder_declares_and_is_found():
    found = discovery.declared(architectures, Architecture)
    files = [module.__name__ for module in discovery.modules(architectures)]
    assert len(found) == len(files) and "ControlNet" in found


def test_an_id_can_be_declared_once(monkeypatch):
    twins = [ModuleType("a"), ModuleType("b")]
    for module in twins:
        module.it = Architecture("same", (), lambda checkpoint, backend: None)
    monkeypatch.setattr(discovery, "modules", lambda package: twins)
    with pytest.raises(ValueError, match="b declares 'same'"):
        discovery.declared(architectures, Architecture)


def test_two_that_claim_one_file_are_both_named():
    both = [Architecture(name, (Layout("only", Signature(("x*",)), dict),), None) for name in ("one", "two")]
    with pytest.raises(AmbiguousArchitecture, match=r"one \(only\) and two \(only\)"):
        detect(Checkpoint({"xy": None}), both)
