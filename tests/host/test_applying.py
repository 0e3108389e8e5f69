"""What Apply refuses before anything is sampled, and that it changes nothing else."""

import comfy.controlnet
import nodes as comfy_nodes
import pytest
import torch

from armature.control.hint import Fit
from armature.control.options import Options
from armature.control.schedule import Keyframe, Keyframes, Schedule
from armature.control.unit import Manner
from armature.control.weights import LayerWeights
from armature.errors import InvalidValue, MissingInput, WrongControl
from armature.host.applying import Application, apply
from armature.host.readout import Panel, Readout

from . import tiny
from .test_families import adapter, core_adapter
from .test_sampling import EXACT, conditionings, ours, sample

IMAGE = tiny.hint()


class Transformer(torch.nn.Module):
    """Stands for a control of ComfyUI's own whose network is no UNet's."""


@pytest.fixture(scope="module")
def control():
    return ours(tiny.SDXL, tiny.core_network(tiny.SDXL))


@pytest.fixture
def transformer():
    return comfy.controlnet.ControlNet(Transformer(), load_device=tiny.CPU)


def soft_keyframe(weights):
    return Manner(Schedule(course=Keyframes((Keyframe(0.5, weights=weights),))))


def test_a_range_that_ends_before_it_starts(control):
    with pytest.raises(InvalidValue, match=r"starts at 0\.6 and ends at 0\.4"):
        Application(control, IMAGE, percents=(0.6, 0.4))


@pytest.mark.parametrize("of", [lambda weights: Manner(weights=weights), soft_keyframe])
def test_weights_of_the_wrong_number(control, of):
    with pytest.raises(InvalidValue, match=r"13 block weights, but .* takes 10 \(skip 0\.\.8, middle\)"):
        Application(control, IMAGE, manner=of(LayerWeights(values=(1.0,) * 13)))
    Application(control, IMAGE, manner=of(LayerWeights(values=(1.0,) * 10)))


@pytest.mark.parametrize(
    "manner",
    [
        Manner(weights=LayerWeights("soft")),
        Manner(options=Options(mode="prompt")),
        soft_keyframe(LayerWeights("soft (diffusers guess mode)")),
    ],
    ids=["weights", "mode", "keyframe"],
)
def test_published_lists_are_for_unets(transformer, manner):
    with pytest.raises(WrongControl, match="published for the UNets"):
        Application(transformer, IMAGE, manner=manner)
    Application(tiny.core_control(tiny.core_network(tiny.SD1)), IMAGE, manner=manner)


def test_presets_of_no_publication_are_for_all(transformer):
    Application(transformer, IMAGE, manner=Manner(weights=LayerWeights("early"), options=Options(mode="control")))


@pytest.mark.parametrize(
    "options, named",
    [(Options(fit=Fit("stretch")), "resizing"), (Options(fit=Fit(filter="area"), reuse=2), "filter and reuse")],
)
def test_what_comfyuis_controls_cannot_do(options, named):
    with pytest.raises(WrongControl, match=f"sets {named}, but"):
        Application(tiny.core_control(tiny.core_network(tiny.SD1)), IMAGE, manner=Manner(options=options))


def test_an_image_that_is_read_through_a_vae_needs_one(transformer):
    transformer.latent_format = object()
    with pytest.raises(MissingInput, match="vae"):
        Application(transformer, IMAGE)
    Application(transformer, IMAGE, vae=object())


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("xl", [False, True], ids=["ControlNet", "T2I-Adapter"])
def test_a_readout_leaves_comfyuis_own_controls_bit_for_bit(xl, pooled):
    family = tiny.SDXL if xl else tiny.SD1
    control = core_adapter(adapter(True)) if xl else tiny.core_control(tiny.core_network(family))
    control.global_average_pooling, both, base = pooled, conditionings(family), tiny.base_model(family)
    theirs = comfy_nodes.ControlNetApplyAdvanced().apply_controlnet(*both, control, IMAGE, 0.7, 0.0, 0.6)
    mine = apply(*both, Application(control, IMAGE, 0.7, (0.0, 0.6), readout=Readout(Panel("1"))))
    torch.testing.assert_close(sample(base, *mine), sample(base, *theirs), **EXACT)
