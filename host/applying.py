"""What the Apply nodes do to conditionings."""

from dataclasses import dataclass, replace

import comfy.controlnet
import comfy.sd
from comfy_execution.graph_utils import ExecutionBlocker
from torch import Tensor

from ..control.schedule import Schedule
from ..control.unit import Manner
from ..errors import MissingInput, WrongControl
from .areas import area_hooks
from .foreign import ForeignControl, is_transformer, refuse_published, refuse_unsupported
from .inpainting import inpainting_hint
from .looking import remark
from .readout import Readout
from .sampling import ComfyControl, attach

NO_NEGATIVE = "Apply Control has no negative to pass on: connect its negative input, or use its positive output alone."


@dataclass(frozen=True, eq=False)
class Application:
    """A control, its image (B, H, W, C) in [0, 1], and how it is applied. The schedule in `manner` has its course and
    basis only: strength and range stand here. `inpaint_mask` (B, H, W) is 1 where the image is to be made anew. `vae`
    is for the control models that read the image as latents. A `readout` tells on a node what the control did.
    `every_prompt`: ComfyUI gives it to the other prompt of the sampler too.

    Raises:
        InvalidValue: the range ends before it starts, or there are more or fewer block weights than blocks.
        MissingInput: the control model needs a VAE.
        WrongControl: the manner is not for such a control.
    """

    control: comfy.controlnet.ControlBase
    image: Tensor
    strength: float = 1.0
    percents: tuple[float, float] = (0.0, 1.0)
    manner: Manner = Manner()
    inpaint_mask: Tensor | None = None
    vae: comfy.sd.VAE | None = None
    readout: Readout | None = None
    every_prompt: bool = False

    def __post_init__(self):
        Schedule(self.strength, *self.percents)
        if self.control.latent_format is not None and self.vae is None:
            raise MissingInput("This control model reads its image through a VAE. Connect the base model's VAE to vae.")
        if isinstance(self.control, ComfyControl):
            for weights in self.full_manner.every_weights:
                weights.of(self.control.model.places)
        else:
            refuse_unsupported(self.manner.options, self.image.shape[0])
            if is_transformer(self.control):
                refuse_published(self.manner)

    @property
    def full_manner(self) -> Manner:
        """With the schedule that the control has from its loader, where there is no other."""
        own = self.control.manner.schedule if isinstance(self.control, ComfyControl) else Schedule()
        return replace(self.manner, schedule=own) if self.manner.schedule == Schedule() else self.manner

    def applied(self) -> comfy.controlnet.ControlBase:
        """A copy of the control, ready for a conditioning."""
        control, hint, beside = self.control.copy(), self.image.movedim(-1, 1), []
        if self.inpaint_mask is not None:
            hint, beside = inpainting_hint(control, hint, self.inpaint_mask)
        readout = self.readout or Readout()
        readout.remark = remark(control, self.image) if self.inpaint_mask is None else ""
        if isinstance(control, ComfyControl):
            control.manner, control.readout = self.full_manner, readout
        elif self.manner != Manner() or self.readout is not None:
            control = ForeignControl(control, self.manner, readout)
        if self.manner.options.areas == "crop":
            control.extra_hooks = area_hooks()
        return control.set_cond_hint(hint, self.strength, self.percents, vae=self.vae, extra_concat=beside)


def scheduled(control: comfy.controlnet.ControlBase, schedule: Schedule) -> comfy.controlnet.ControlBase:
    """The control with a schedule of its own, for nodes that apply it without one.

    Raises:
        InvalidValue: the schedule has a wrong number of block weights.
        WrongControl: ComfyUI itself runs the control.
    """
    if not isinstance(control, ComfyControl):
        raise WrongControl(
            "ComfyUI itself runs this control model, and a schedule at its loader would have no effect. Connect the "
            "schedule to Apply Control."
        )
    for weights in schedule.weights:
        weights.of(control.model.places)
    copied = control.copy()
    copied.manner = replace(copied.manner, schedule=schedule)
    return copied


def apply(positive: list, negative: list | None, *applications: Application) -> tuple[list, object]:
    """Both conditionings with the controls on top of what they carry; unchanged by those of strength 0.

    Without a negative, its output stops whatever is connected to it with a message.
    """
    given = [positive] if negative is None else [positive, negative]
    for application in applications:
        if application.strength != 0.0:
            given = attach(application.applied(), *given, every_prompt=application.every_prompt)
        elif application.readout is not None:
            application.readout.left_out("its strength is 0")
    return given[0], ExecutionBlocker(NO_NEGATIVE) if negative is None else given[1]


def apply_control(
    positive: list,
    negative: list | None,
    control: comfy.controlnet.ControlBase,
    image: Tensor,
    strength: float,
    percents: tuple[float, float],
) -> tuple[list, object]:
    """One control, as ComfyUI's own Apply ControlNet applies it."""
    return apply(positive, negative, Application(control, image, strength, percents))
