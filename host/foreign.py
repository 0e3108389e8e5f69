"""Lets our manner of applying act on controls that are not ours: ComfyUI's own, and other packs'."""

from dataclasses import replace
from math import prod

import comfy.cldm.cldm
import comfy.controlnet
from torch import Tensor

from ..control.hint import Fit
from ..control.options import Options
from ..control.residuals import Block
from ..control.scale import Scale
from ..control.unit import Manner
from ..control.weights import Places
from ..errors import ArmatureError, WrongControl
from .areas import areas_of, grouping
from .clock import Clock
from .placing import Placing
from .readout import Readout
from .sampling import joined

Lists = dict[str, list[Tensor | None]]
"""ComfyUI's control dict: what to add to the blocks, by kind."""

PATCHES = (2, 1, 4)  # latent pixels a side for each token, the usual first


class ForeignControl(comfy.controlnet.ControlBase):
    """A control whose residuals are scaled by block, row and mask before they join the chain.

    `inner` is at full strength, has the part of the hint that an evaluation is about, and is asked whenever the
    schedule says that it acts.
    """

    sub_idxs = None  # as ComfyControl's

    def __init__(self, inner: comfy.controlnet.ControlBase, manner: Manner, readout: Readout):
        super().__init__()
        self.inner, self.manner = inner, replace(manner, pooled=inner.global_average_pooling)
        self.readout, self.placing = readout, Placing()
        self.inner.global_average_pooling = False

    def set_cond_hint(self, cond_hint, strength=1.0, timestep_percent_range=(0.0, 1.0), **options):
        if responds_otherwise(self.inner):
            self.inner.set_cond_hint(cond_hint, strength, **options)
            strength = 1.0
        else:
            self.inner.set_cond_hint(cond_hint, **options)
        self.cond_hint_original, self.timestep_percent_range = cond_hint, timestep_percent_range
        self.extra_concat_orig = self.inner.extra_concat_orig
        start, end = timestep_percent_range
        schedule = replace(self.manner.schedule, strength=strength, start_percent=start, end_percent=end)
        self.manner = replace(self.manner, schedule=schedule)
        return self

    def pre_run(self, model, percent_to_timestep_function):
        super().pre_run(model, percent_to_timestep_function)
        self.inner.pre_run(model, percent_to_timestep_function)
        self.clock = Clock(percent_to_timestep_function)
        self.placing.forget()
        self.readout.begin()

    def get_control(self, x_noisy, t, cond, batched_number, transformer_options):
        before = None
        if self.previous_controlnet is not None:
            before = self.previous_controlnet.get_control(x_noisy, t, cond, batched_number, transformer_options)
        areas = areas_of(transformer_options, x_noisy) if self.manner.options.areas == "crop" else ()
        placed = {"areas": areas, "tile": self.manner.tile}
        step = self.clock.step(t, transformer_options, x=x_noisy, timesteps=t, context=x_noisy, **placed)
        own = self._control(step, x_noisy, t, cond, batched_number, transformer_options)
        if own is None:
            self.readout.stayed_silent(step, self.manner)
            return before
        return joined(own, before)

    def _control(self, step, x_noisy, *arguments):
        if not self.manner.rows(step).acting or self.manner.strength_at(step) == 0.0:
            return None
        self._place(step)
        with self.readout.run(x_noisy.device):
            found = self.inner.get_control(x_noisy, *arguments)
        if found is None:
            return None
        present = places(found)
        if is_of_tokens(found):
            refuse_published(self.manner)
        scale = self.manner.scale(step, present)
        if scale is None:
            return None
        self.readout.acted(step, self.manner, present)
        if self.inner.cond_hint is not None:
            self.readout.hint(self.inner.cond_hint.shape[-2:])
        return scaled(found, scale, x_noisy)

    def _place(self, step):
        """Hint and frames of the evaluation; of controls that take hints of another kind, as they are."""
        hint = self.cond_hint_original if self.cond_hint is None else self.cond_hint
        if step.x.ndim == 4 and isinstance(hint, Tensor) and hint.ndim == 4:
            self.placing.place(self.inner, hint, self.extra_concat_orig, step)

    def copy(self):
        copied = ForeignControl(self.inner.copy(), self.manner, self.readout)
        copied.manner = self.manner
        self.copy_to(copied)
        return copied

    def cleanup(self):
        super().cleanup()
        self.inner.cleanup()
        self.placing.forget()
        self.readout.end()

    def get_models(self):
        return [*super().get_models(), *self.inner.get_models()]

    def get_extra_hooks(self):
        return grouping([*super().get_extra_hooks(), *self.inner.get_extra_hooks()])

    def inference_memory_requirements(self, dtype):
        return super().inference_memory_requirements(dtype) + self.inner.inference_memory_requirements(dtype)

    def deepclone_multigpu(self, load_device, autoregister=False):
        cloned = self.copy()
        cloned.inner = self.inner.deepclone_multigpu(load_device)
        if autoregister:
            self.multigpu_clones[load_device] = cloned
        return cloned


def responds_otherwise(control: comfy.controlnet.ControlBase) -> bool:
    """Whether it makes something else of its strength than a factor, and has to be given it."""
    curved = getattr(comfy.controlnet, "QwenFunControlNet", ())  # its square root; newer than the oldest ComfyUI
    return isinstance(control, curved) or control.strength_type != comfy.controlnet.StrengthType.CONSTANT


def is_transformer(control: comfy.controlnet.ControlBase) -> bool:
    """Whether it is one of ComfyUI's controls for models that are no UNet of Stable Diffusion."""
    if isinstance(control, comfy.controlnet.ControlLora) or not isinstance(control, comfy.controlnet.ControlNet):
        return False
    return not isinstance(control.control_model, comfy.cldm.cldm.ControlNet)


def refuse_published(manner: Manner) -> None:
    """
    Raises:
        WrongControl: the manner would use a list of block weights that was published for UNets.
    """
    if any(weights.is_published for weights in manner.every_weights):
        raise WrongControl(
            "Soft block weights, and the control modes that use them, were published for the UNets of Stable "
            "Diffusion; for this control model there is no such list. Choose another preset, or write values."
        )


def refuse_unsupported(options: Options, images: int) -> None:
    """
    Raises:
        WrongControl: the options ask for what only our own controls do.
    """
    fit, default = options.fit, Fit()
    asked = {
        "resizing": fit.resizing != default.resizing,
        "filter": fit.filter != default.filter,
        "batch": images > 1 and fit.batching != default.batching,
        "reuse": options.reuse > 1,
    }
    if any(asked.values()):
        names = " and ".join(name for name, wanted in asked.items() if wanted)
        raise WrongControl(
            f"Control Options sets {names}, but ComfyUI itself runs this control model, and has no such choice. Leave "
            "it as it comes, and bring the image to the latent's size before."
        )


def is_of_tokens(found: Lists) -> bool:
    """Whether the answer is for a transformer, (B, N, C)."""
    return any(tensor is not None and tensor.ndim == 3 for tensors in found.values() for tensor in tensors)


def places(found: Lists) -> Places:
    """Where a foreign control acts, as its answer shows: by UNet block, or by the transformer's blocks in order."""
    depth = max(len(found.get(kind, ())) for kind in ("output", "input"))
    blocks = [block for kind in ("input", "output", "middle") for block, _ in _entries(found, kind)]
    order = {"input": 0, "skip": 0, "output": 1, "middle": 2}
    sparse = bool(found.get("input")) and not found.get("output") and any(t is None for t in found["input"])
    return Places(tuple(sorted(blocks, key=lambda block: (order[block[0]], block[1]))), depth, sparse)


def scaled(found: Lists, scale: Scale, x: Tensor) -> Lists:
    """The same lists with each tensor scaled; one that stands in several places is scaled once for each factor."""
    done: dict[tuple[int, float], Tensor] = {}
    lists: Lists = {kind: [None] * len(tensors) for kind, tensors in found.items()}
    for kind in found:
        for (block, tensor), index in zip(_entries(found, kind), _present(found[kind])):
            key = (id(tensor), scale.factor(block))
            if key not in done:
                done[key] = _scaled(tensor, block, scale, x)
            lists[kind][index] = done[key]
    return lists


def _present(tensors: list[Tensor | None]) -> list[int]:
    return [index for index, tensor in enumerate(tensors) if tensor is not None]


def _entries(found: Lists, kind: str) -> list[tuple[Block, Tensor]]:
    """The tensors of a list with the blocks they go to. UNets pop "input" from its end; transformers count both."""
    tensors = found.get(kind, [])
    last = len(tensors) - 1
    entries = []
    for index in _present(tensors):
        tensor = tensors[index]
        if kind == "middle":
            block = ("middle", index)
        elif tensor.ndim == 3:
            block = (kind, index)
        else:
            block = ("input", last - index) if kind == "input" else ("skip", index)
        entries.append((block, tensor))
    return entries


def _scaled(tensor: Tensor, block: Block, scale: Scale, x: Tensor) -> Tensor:
    """Tokens (B, N, C) are laid out as the image they stand for."""
    if tensor.ndim == 4 or (scale.mask is None and not scale.pooled):
        shape = (-1, *[1] * (tensor.ndim - 1))
        rows = None if scale.rows is None else scale.rows.reshape(shape)
        return replace(scale, rows=rows)(block, tensor)
    grid = _grid(tensor.shape[1], x)
    return scale(block, tensor.transpose(1, 2).unflatten(2, grid)).flatten(2).transpose(1, 2)


def _grid(tokens: int, x: Tensor) -> tuple[int, int]:
    """Rows and columns of the tokens of an image."""
    height, width = x.shape[-2:]
    for side in PATCHES:
        grid = (-(-height // side), -(-width // side))
        if prod(grid) == tokens:
            return grid
    raise ArmatureError(
        f"This control model gives {tokens} tokens for a latent of {width} x {height}, and a mask cannot be laid over "
        "them. Disconnect the mask, or use another control model."
    )
