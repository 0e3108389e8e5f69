"""ControlNet-XS and ControlNet-LLLite inside ComfyUI's sampler: the contract that every family keeps."""

from dataclasses import dataclass

import pytest
import torch
from comfy import ops

from armature.control.architecture import detect
from armature.control.architectures.controlnet_xs import CONTROLNET_XS
from armature.control.architectures.lllite import LLLITE
from armature.control.backend import Backend
from armature.control.checkpoint import Checkpoint
from armature.errors import WrongBaseModel
from armature.host.applying import apply_control
from armature.host.loading import comfy_attention, hosted

from ..control.architectures import straight_xs, test_lllite
from . import tiny
from .test_families import adapter, our_adapter
from .test_sampling import EXACT, conditionings, ours, sample

EVERYWHERE = (0.0, 1.0)


@dataclass(frozen=True)
class Case:
    """A tiny control network of a family, for a tiny base."""

    name: str
    base: tiny.Family
    kind: str = ""

    def control(self, seed=0):
        tensors = self.xs(seed) if self.kind else self.lllite(seed)
        file = Checkpoint(tensors, self.name)
        architecture, layout = detect(file, [CONTROLNET_XS, LLLITE])
        backend = Backend(ops.disable_weight_init, comfy_attention)
        return hosted(architecture.load(file, layout, backend), torch.float32)

    def xs(self, seed):
        unet, config = tiny.base_model(self.base).model.diffusion_model, self.base.unet
        linear, sdxl = config.get("use_linear_in_transformer", False), self.base is tiny.SDXL
        kind, learned = self.kind[0], self.kind.endswith("learned")
        variant = straight_xs.Variant(kind, "cat", 5, unet, config["context_dim"], sdxl, linear, learned)
        return straight_xs.weights(variant, seed)

    def lllite(self, seed):
        names = [f"lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_{p}" for p in "qkv"]
        middle = "lllite_unet_middle_block_1_transformer_blocks_0_attn2_to_q"
        widths = {**dict.fromkeys(names, 64), middle: 128}
        return test_lllite.weights(widths, dict.fromkeys(widths, 2), seed)


CASES = [
    Case("XS type A", tiny.SD1, "A"),
    Case("XS type B", tiny.SDXL, "B learned"),
    Case("XS type C", tiny.SD2, "C"),
    Case("LLLite", tiny.SDXL),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def case(request):
    return request.param


@pytest.fixture(scope="module")
def base(case):
    return tiny.base_model(case.base)


def run(case, base, *controls_and_strengths, **options):
    both = conditionings(case.base)
    for control, strength in controls_and_strengths:
        both = apply_control(*both, control, tiny.hint(), strength, options.get("percents", EVERYWHERE))
    return sample(base, *both, size=options.get("size", (8, 8)), frames=options.get("frames", 1))


def test_control_acts_and_leaves_nothing_behind(case, base):
    control, plain = case.control(), run(case, base)
    controlled = run(case, base, (control, 1.0))
    assert controlled.isfinite().all() and not torch.allclose(controlled, plain)
    assert not torch.allclose(run(case, base, (control, 0.5)), controlled)
    torch.testing.assert_close(run(case, base), plain, **EXACT)
    torch.testing.assert_close(run(case, base, (control, 1.0)), controlled, **EXACT)


def test_strength_zero_in_the_sampler_is_no_control(case, base):
    silent = apply_control(*conditionings(case.base), case.control(), tiny.hint(), 1.0, EVERYWHERE)
    for entry in (*silent[0], *silent[1]):
        entry[1]["control"].strength = 0.0
    torch.testing.assert_close(sample(base, *silent), run(case, base), **EXACT)


def test_outside_its_range_it_is_no_control(case, base):
    late = run(case, base, (case.control(), 1.0), percents=(1.0, 1.0))
    torch.testing.assert_close(late, run(case, base), **EXACT)


def test_the_hint_is_encoded_once_a_run_and_the_unet_stays_batched(case, base):
    control, encodings, batches = case.control(), [], []
    encode = control.model.encode
    control.model.encode = lambda hint: (encodings.append(hint.shape), encode(hint))[1]
    handle = base.model.diffusion_model.middle_block[0].register_forward_pre_hook(
        lambda module, given: batches.append(given[0].shape[0])
    )
    run(case, base, (control, 1.0))
    handle.remove()
    assert len(encodings) == 1 and batches == [2, 2]


def test_it_chains_with_a_controlnet_in_either_order(case, base):
    control, other = case.control(), ours(case.base, tiny.core_network(case.base))
    one, two = ((control, 0.7), (other, 0.4)), ((other, 0.4), (control, 0.7))
    torch.testing.assert_close(run(case, base, *one), run(case, base, *two), **EXACT)


def test_it_chains_with_another_of_its_kind_and_an_adapter(case, base):
    xl = case.base is tiny.SDXL
    chain = [(case.control(), 0.7), (case.control(seed=1), 0.4), (our_adapter(adapter(xl)), 0.5)]
    found = run(case, base, *chain)
    assert found.isfinite().all()
    for n in range(len(chain)):
        assert not torch.allclose(found, run(case, base, *chain[:n], *chain[n + 1 :]))
    torch.testing.assert_close(run(case, base, *chain), found, **EXACT)


def test_one_file_with_two_hints_does_not_mix(case, base):
    control = case.control()

    def twice(first, second):
        both = apply_control(*conditionings(case.base), control, first, 0.5, EVERYWHERE)
        return sample(base, *apply_control(*both, control, second, 0.5, EVERYWHERE))

    same, unlike = tiny.hint(), 1 - tiny.hint()
    assert not torch.allclose(twice(same, unlike), twice(same, same))


@pytest.mark.parametrize("size, frames", [((9, 7), 1), ((8, 8), 3)])
def test_odd_latents_and_batches(case, base, size, frames):
    assert run(case, base, (case.control(), 1.0), size=size, frames=frames).isfinite().all()


def test_a_wrong_base_is_named(case):
    other = tiny.base_model(tiny.SDXL if case.base is not tiny.SDXL else tiny.SD1)
    both = apply_control(*conditionings(case.base), case.control(), tiny.hint(), 1.0, EVERYWHERE)
    with pytest.raises(WrongBaseModel):
        sample(other, *both)
