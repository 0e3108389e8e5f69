"""Lets ComfyUI's sampler call our units. Everything here is translation."""

import weakref
from dataclasses import replace

import comfy.controlnet
import comfy.model_management
import comfy.model_patcher
import comfy.utils
import torch
from torch import Tensor

from ..control.model import ControlModel, Patches, ResidualModel
from ..control.residuals import Residuals
from ..control.reuse import ReusedResiduals
from ..control.step import Step
from ..control.unit import ControlUnit, Manner
from .areas import areas_of, grouping
from .base_model import ComfyUNet, check_base
from .clock import Clock
from .hints import fitted, hint_size
from .network import Network, NetworkSource
from .peer_apply import PeerApplied
from .readout import Readout, Watched
from .resampling import Resampling

MOST_CACHED_HINTS = 8  # sizes at a time: areas and tiles alternate between a few


class ComfyControl(PeerApplied):
    """A loaded model, and once applied its hint, in ComfyUI's chain of controls.

    The chain may hold other packs' controls, and the core Apply ControlNet nodes accept this one. Hint, strength and
    range live in the fields that ControlBase has for them, so that whoever changes those is obeyed.
    """

    def __init__(self, source: NetworkSource):
        super().__init__()
        self.source = source
        self.bound: weakref.ref[Network] | None = None  # the source decides how long a network lives
        self.compression_ratio = source.model.downscale_factor
        self.manner = Manner()
        self.further_hints: tuple[Tensor, ...] = ()  # beside the one that ControlBase has, for models that take several
        self.readout = Readout()
        self.encoded: dict[tuple, tuple] = {}  # with its hint, by size, images and device; emptied around each run
        self.reused: dict[tuple, object] = {}  # residuals to use again; emptied around each run

    @property
    def network(self) -> NetworkSource:
        """That of the run, where there was one."""
        return (self.bound and self.bound()) or self.source

    @property
    def model(self) -> ControlModel:
        return self.network.model

    @property
    def patcher(self) -> comfy.model_patcher.ModelPatcher:
        return self.network.patcher

    @property
    def dtype(self) -> torch.dtype:
        return self.network.dtype

    @property
    def unit(self) -> ControlUnit:
        reuse, model = self.manner.options.reuse, self.model
        if isinstance(model, ResidualModel):
            model = Watched(model, self.readout)
            model = ReusedResiduals(model, reuse, self.reused) if reuse > 1 else model
        return ControlUnit(model, self.applied)

    @property
    def applied(self) -> Manner:
        """The manner, with what stands in the fields of ControlBase."""
        start, end = self.timestep_percent_range
        schedule = replace(self.manner.schedule, strength=self.strength, start_percent=start, end_percent=end)
        return replace(self.manner, schedule=schedule, pooled=self.global_average_pooling)

    def verify_all_weights(self) -> None:
        """
        Raises:
            InvalidValue: block weights are not for as many blocks as there are.
        """
        for weights in self.manner.every_weights:
            weights.of(self.model.places)

    def use(self, model: ControlModel) -> None:
        """Run this form of the network, which shares its weights."""
        self.source, self.bound = replace(self.source, model=model), None
        self.encoded.clear()

    def set_cond_hint(self, cond_hint, *arguments, **options):
        """What every Apply node calls: a (B, C, H, W) hint in [0, 1], of any size and 1, 3 or 4 channels."""
        self.encoded.clear()
        return super().set_cond_hint(cond_hint, *arguments, **options)

    def set_extra_arg(self, argument, value=None):
        """What core's Set Union ControlNet Type calls, with "control_type" and a list of type numbers."""
        super().set_extra_arg(argument, value)
        if argument == "control_type":
            typed = self.source.model.typed(value)
            if typed is not self.source.model:
                self.use(typed)

    def pre_run(self, model, percent_to_timestep_function):
        check_base(self.source.model.base, model)
        self.bound = weakref.ref(self.source.on(model))
        super().pre_run(model, percent_to_timestep_function)
        self.model_sampling, self.base = model.model_sampling, ComfyUNet(model)
        self.clock = Clock(percent_to_timestep_function)
        self.resampling = Resampling(self.model.base)
        self._forget()  # an interrupted run is not cleaned up by ComfyUI
        self.readout.begin()

    def get_control(self, x_noisy, t, cond, batched_number, transformer_options):
        before = None
        if self.previous_controlnet is not None:
            before = self.previous_controlnet.get_control(x_noisy, t, cond, batched_number, transformer_options)
        step = self._step(x_noisy, t, cond, transformer_options)
        unit = self.unit
        output = unit.output(step, self._encode)
        if output.residuals or output.patches:
            self.readout.acted(step, unit.manner, self.model.places)
        else:
            self.readout.stayed_silent(step, unit.manner)
        add_patches(transformer_options, output.patches)
        self.resampling.enter(transformer_options)
        if not output.residuals:
            return before
        return joined(to_comfy(output.residuals, len(self.model.base.widths)), before)

    def cleanup(self):
        super().cleanup()
        self._forget()
        self.readout.end()

    def copy(self):
        copied = ComfyControl(self.source)
        copied.further_hints = self.further_hints
        self.copy_to(copied)
        copied.manner, copied.readout = self.manner, self.readout
        return copied

    def deepclone_multigpu(self, load_device, autoregister=False):
        cloned = self.copy()
        cloned.source = self.source.on_device(load_device)
        if autoregister:
            self.multigpu_clones[load_device] = cloned
        return cloned

    def get_models(self):
        return [*super().get_models(), *self.source.patchers()]

    def get_extra_hooks(self):
        return grouping(super().get_extra_hooks())

    def inference_memory_requirements(self, dtype):
        """Bytes beside the UNet's own activations: residuals of both halves of the batch, a network yet to be bound."""
        hint = self.cond_hint_original
        own = self.source.memory_to_come(dtype)
        if hint is not None:
            latent_area = hint.shape[-1] * hint.shape[-2] // self.compression_ratio**2
            own += (
                2 * hint.shape[0] * latent_area * sum(self.model.base.widths) * comfy.model_management.dtype_size(dtype)
            )
        return own + super().inference_memory_requirements(dtype)

    def _forget(self) -> None:
        self.encoded.clear()
        self.reused.clear()

    def _step(self, x: Tensor, sigmas: Tensor, cond: dict, transformer_options: dict) -> Step:
        def cast(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else comfy.model_management.cast_to_device(tensor, x.device, self.dtype)

        return self.clock.step(
            sigmas,
            transformer_options,
            areas=areas_of(transformer_options, x) if self.manner.options.areas == "crop" else (),
            tile=self.manner.tile,
            x=self.model_sampling.calculate_input(sigmas, x).to(self.dtype),
            timesteps=self.model_sampling.timestep(sigmas).float(),
            context=cast(cond.get("crossattn_controlnet", cond["c_crossattn"])),
            y=cast(cond.get("y")),
            base=self.base,
        )

    def _encode(self, step: Step) -> object:
        """The hints for the rows of this step."""
        first = self.cond_hint_original if self.cond_hint is None else self.cond_hint  # set by samplers of tiles
        hints, size = (first, *self.further_hints), hint_size(self.model, step.x.shape[-2:])
        self.readout.hint(size)
        many = any(hint.shape[0] > 1 for hint in hints)
        key = (id(first), size, step.areas, (step.images, len(step.cond_or_uncond)) if many else (), step.x.device)
        if key not in self.encoded:
            seen = [self._fitted(hint, step, size) for hint in hints]
            if len(self.encoded) >= MOST_CACHED_HINTS:
                self.encoded.pop(next(iter(self.encoded)))
            self.encoded[key] = first, self.model.encode(*seen)
        return self.encoded[key][1]

    def _fitted(self, hint: Tensor, step: Step, size: tuple[int, int]) -> Tensor:
        """(B, C, h, w) in the network's channels and size, one for each row of the step or one for all."""
        fit = self.manner.options.fit
        if hint is self.cond_hint and hint.shape[0] == step.x.shape[0]:
            return fitted(self.model, hint, range(hint.shape[0]), size, fit).to(step.x.device, self.dtype)
        rows = step.each(lambda area: fitted(self.model, hint, step.images, size, fit, area))
        return rows.to(step.x.device, self.dtype)


def add_patches(transformer_options: dict, patches: Patches) -> None:
    """Put patches behind those that are there, in lists of our own: the given ones may serve other batches too."""
    if patches:
        present = transformer_options.get("patches", {})
        added = {point: [*present.get(point, ()), *functions] for point, functions in patches.items()}
        transformer_options["patches"] = {**present, **added}


def to_comfy(residuals: Residuals, skips: int) -> dict[str, list]:
    """ComfyUI pops each list from its end: "input" in block order, "output" from the deepest skip up."""
    by_kind: dict[str, dict[int, Tensor]] = {"input": {}, "middle": {}, "skip": {}}
    for (kind, index), tensor in residuals.items():
        by_kind[kind][index] = tensor
    return {
        "input": [by_kind["input"].get(i) for i in reversed(range(skips))] if by_kind["input"] else [],
        "middle": list(by_kind["middle"].values()),
        "output": [by_kind["skip"].get(i) for i in range(skips)] if by_kind["skip"] else [],
    }


def joined(ours: dict[str, list], theirs: dict[str, list] | None) -> dict[str, list]:
    """Add two of ComfyUI's control dicts. UNets pop lists from their end; transformers count from their beginning."""
    if theirs is None:
        return ours
    return {kind: _aligned(theirs.get(kind, []), tensors) for kind, tensors in ours.items()}


def _aligned(a: list, b: list) -> list:
    tokens = any(tensor is not None and tensor.ndim == 3 for tensor in (*a, *b))
    size = max(len(a), len(b))
    more, most = ([None] * (size - len(side)) for side in (a, b))
    pairs = zip(a + more, b + most) if tokens else zip(more + a, most + b)
    return [y if x is None else x if y is None else x + y for x, y in pairs]


def attach(control: ComfyControl, *conditionings: list, every_prompt: bool = False) -> list[list]:
    """Copies of the conditionings in which every entry carries the control, on top of those it already has.

    Entries with the same previous control share one object, over all conditionings: only then does ComfyUI run
    positive and negative in one batch. With `every_prompt` it gives the control to the prompts without one itself.
    """
    links: dict[object, ComfyControl] = {}
    attached = []
    for conditioning in conditionings:
        entries = []
        for tensor, extras in conditioning:
            before = extras.get("control")
            if before not in links:
                links[before] = control.copy().set_previous_controlnet(before)
            entries.append([tensor, {**extras, "control": links[before], "control_apply_to_uncond": every_prompt}])
        attached.append(entries)
    return attached
