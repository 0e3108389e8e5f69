"""What every family of control models must keep, inside ComfyUI's sampler: T2I-Adapter against core, and patches."""

import comfy.controlnet
import comfy.t2i_adapter.adapter as core
import pytest
import torch

from armature.control.architecture import detect
from armature.control.architectures.controlnet import CONTROLNET
from armature.control.architectures.t2i_adapter import T2I_ADAPTER
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.control.model import PatchModel
from armature.control.unet_shape import UNKNOWN, UNetShape, encoder_widths
from armature.control.weights import Places
from armature.host.applying import apply_control
from armature.host.loading import hosted
from armature.host.sampling import add_patches

from . import tiny
from .test_sampling import EXACT, conditionings, ours, sample

EVERYWHERE = (0.0, 1.0)


def adapter(xl, cin=None):
    torch.manual_seed(4)
    cin = cin or (768 if xl else 192)
    return core.Adapter([32, 64, 128, 128], 2, cin=cin, ksize=1, sk=True, use_conv=False, xl=xl).eval()


def core_adapter(network):
    return comfy.controlnet.T2IAdapter(network, network.input_channels, 8, "nearest-exact", device=tiny.CPU)


def our_adapter(network):
    file = Checkpoint({key: value.clone() for key, value in network.state_dict().items()})
    architecture, layout = detect(file, [T2I_ADAPTER, CONTROLNET])
    return hosted(architecture.load(file, layout, Backend()), torch.float32)


@pytest.mark.parametrize("family, xl", [(tiny.SD1, False), (tiny.SDXL, True)], ids=["SD1", "SDXL"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size, frames, hints", [((8, 8), 1, 1), ((16, 8), 2, 1), ((8, 8), 3, 3)])
def test_adapters_equal_cores_bit_for_bit(family, xl, channels, size, frames, hints):
    network, base = adapter(xl, channels * (256 if xl else 64)), tiny.base_model(family)
    runs = []
    for control in (our_adapter(network), core_adapter(network)):
        both = apply_control(*conditionings(family), control, tiny.hint(70, 50, hints), 0.8, (0.0, 0.9))
        runs.append(sample(base, *both, size=size, frames=frames))
    torch.testing.assert_close(*runs, **EXACT)


@pytest.mark.parametrize("size", [(9, 7), (11, 8)], ids=str)
@pytest.mark.parametrize("family, xl", [(tiny.SD1, False), (tiny.SDXL, True)], ids=["SD1", "SDXL"])
def test_adapters_take_odd_latents(family, xl, size):
    both = apply_control(*conditionings(family), our_adapter(adapter(xl)), tiny.hint(), 1.0, EVERYWHERE)
    base = tiny.base_model(family)
    controlled = sample(base, *both, size=size)
    assert controlled.isfinite().all()
    assert not torch.allclose(controlled, sample(base, *conditionings(family), size=size))


def test_features_are_made_once_an_image_and_again_for_another_batch():
    family, network = tiny.SD1, adapter(False)
    control, base = our_adapter(network), tiny.base_model(family)
    batches = []
    control.model.conv_in.register_forward_pre_hook(lambda module, given: batches.append(given[0].shape[0]))
    both = apply_control(*conditionings(family), control, tiny.hint(frames=2), 1.0, EVERYWHERE)
    sample(base, *both, frames=2, steps=4)
    assert batches == [4]
    sample(base, *both, frames=1, steps=4)
    assert batches == [4, 1]  # one image stands for both prompts


@pytest.mark.parametrize("adapter_first", [True, False])
def test_an_adapter_and_a_controlnet_add_up_as_in_core(adapter_first):
    family, network, net = tiny.SD1, adapter(False), tiny.core_network(tiny.SD1)
    base = tiny.base_model(family)

    def run(controls):
        both = conditionings(family)
        for control in controls if adapter_first else reversed(controls):
            both = apply_control(*both, control, tiny.hint(), 0.7, EVERYWHERE)
        return sample(base, *both)

    expected = run([core_adapter(network), tiny.core_control(net)])
    for mixed in (
        [our_adapter(network), ours(family, net)],
        [core_adapter(network), ours(family, net)],
        [our_adapter(network), tiny.core_control(net)],
    ):
        torch.testing.assert_close(run(mixed), expected, **EXACT)


class TwoWay(PatchModel):
    """The shape of ControlNet-XS: reads the UNet after each input block, writes before each output block."""

    def __init__(self, family):
        super().__init__()
        self.base = UNetShape(
            encoder_widths(32, family.unet["channel_mult"], family.unet["num_res_blocks"]), UNKNOWN, UNKNOWN
        )
        depth = len(self.base.widths)
        self.places = Places((*(("input", n) for n in range(depth)), *(("skip", n) for n in range(depth))), depth)
        self.weight = torch.nn.Parameter(torch.tensor(0.1))

    def patches(self, step, encoded, scale):
        seen, shift = [], step.base.time_embedding(step.timesteps).mean()

        def after_input(h, options):
            seen.append(h.mean(dim=1, keepdim=True))
            return h + scale(options["block"], (self.weight * seen[-1] + shift).expand_as(h))

        def before_output(h, skip, options):
            return h + scale(("skip", len(seen) - 1), seen.pop().expand_as(h)), skip

        return {"input_block_patch": [after_input], "output_block_patch": [before_output]}


@pytest.mark.parametrize("family", [tiny.SD1, tiny.SDXL], ids=["SD1", "SDXL"])
def test_patch_models_keep_the_contract(family):
    base, control = tiny.base_model(family), hosted(TwoWay(family), torch.float32)

    def run(*strengths):
        both = conditionings(family)
        for strength in strengths:
            both = apply_control(*both, control, tiny.hint(), strength, EVERYWHERE)
        return sample(base, *both)

    plain, half, whole = run(), run(0.5), run(1.0)
    assert not torch.allclose(half, plain) and not torch.allclose(half, whole)
    torch.testing.assert_close(run(), plain, **EXACT)  # nothing is left behind on the base
    torch.testing.assert_close(run(1.0), whole, **EXACT)
    assert not torch.allclose(run(1.0, 1.0), whole)


def test_patches_go_into_lists_of_their_own():
    first, second = (lambda h, options: h), (lambda h, options: h + 1)
    given = {"patches": {"input_block_patch": [first], "other": [first]}}
    before = given["patches"]
    add_patches(given, {"input_block_patch": [second]})
    assert given["patches"] == {"input_block_patch": [first, second], "other": [first]}
    assert before == {"input_block_patch": [first], "other": [first]}
