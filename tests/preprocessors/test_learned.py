"""What every preprocessor that asks a network promises besides (test_every.py)."""

import socket

import comfy.utils
import pytest
import torch
from comfy import model_management

from armature import discovery, preprocessors
from armature.host.preprocessing import preprocess
from armature.host.pretrained import placed
from armature.preprocessors.declare import Network, Preprocessor
from armature.preprocessors.running import Working

from .samples import photo, values

DECLARED = discovery.declared(preprocessors, Preprocessor).values()
LEARNED = [one for one in DECLARED if any(option.type is Network for option in one.options)]
learned = pytest.mark.parametrize("preprocessor", LEARNED, ids=lambda one: one.id)
IMAGE = photo(3, 33, 48)


def never(*given, **named):
    pytest.fail("this must not be asked")


@learned
def test_only_a_first_run_reads_files_and_none_asks_the_internet(preprocessor, monkeypatch):
    given = values(preprocessor, *IMAGE.shape[:3])
    monkeypatch.setattr(socket.socket, "connect", never)
    first = preprocess(preprocessor, IMAGE, given, Working())[0]
    monkeypatch.setattr(comfy.utils, "load_torch_file", never)
    assert torch.equal(preprocess(preprocessor, IMAGE, given, Working())[0], first)


@learned
def test_a_network_sees_one_image_at_a_time_and_can_be_unloaded_after_the_run(preprocessor):
    given, seen = values(preprocessor, *IMAGE.shape[:3]), []
    networks = [network for network in placed(preprocessor, given).values() if network is not None]
    hooks = [net.register_forward_pre_hook(lambda network, asked: seen.append(len(asked[0]))) for net in networks]
    preprocess(preprocessor, IMAGE, given, Working())
    for hook in hooks:
        hook.remove()
    assert set(seen) == {1} and len(seen) >= len(IMAGE)
    assert model_management.current_loaded_models
    model_management.unload_all_models()
    assert not model_management.current_loaded_models
