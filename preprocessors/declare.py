"""How a preprocessor declares itself: the signature of its function is the schema of its node."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from inspect import Parameter, getdoc, signature
from types import NoneType
from typing import Annotated, Any, NewType, get_args, get_origin

from torch import Tensor, nn

from .pretrained import Pretrained
from .resize import smooth

Image = NewType("Image", Tensor)  # (B, 3, H, W) in [0, 1], of any size
Mask = NewType("Mask", Tensor)  # (B, 1, H, W) in [0, 1], of the image's size
Keypoints = NewType("Keypoints", list)  # one dict a frame: ComfyUI's POSE_KEYPOINT, as any node makes it
Geometry = NewType("Geometry", list)  # one dict a frame: "depth" (H, W), a distance, and "sky" (H, W) where it is known
Objects = NewType("Objects", list)  # one dict a frame: "masks" (N, h, w), one an object, and the image's "size"
Boxes = NewType("Boxes", list)  # one list a frame: x, y, width and height of each person, in pixels of the image

FlowModel = NewType("FlowModel", Callable)  # torchvision's RAFT: two frames in [-1, 1] -> a list of (B, 2, H, W)
Network = NewType("Network", nn.Module)  # a pretrained network in fp32, on the image's device; chosen by a file's name

FRAMES = (Image, Mask, Keypoints, Geometry, Objects, Boxes)  # the kinds that hold one item a frame
SOCKETS = (*FRAMES, FlowModel)  # the kinds that another node gives


@dataclass(frozen=True)
class Range:
    """The values that a number may take."""

    low: float
    high: float
    step: float


@dataclass(frozen=True)
class Advanced:
    """Marks an option that few people need: `Annotated[int, Range(...), Advanced(), "what it does"]`."""


@dataclass(frozen=True)
class When:
    """Marks a Network that is asked only where the option `option` is `value`; elsewhere it is None, and not loaded."""

    option: str
    value: Any


@dataclass(frozen=True)
class Option:
    """One keyword argument: `Annotated[type, Range(...), "what it does"] = default`; Range for numbers only.

    The type is bool, int, float, str, a Literal of strings, or one of SOCKETS; these are sockets, optional where the
    type is `Mask | None` and the default None. `Annotated[Network, HED, "..."]` names what is `pretrained`; it has no
    default, or None where the network can be left out.
    """

    name: str
    type: Any
    default: Any
    limits: Range | None
    help: str
    advanced: bool = False
    pretrained: Pretrained | None = None
    when: When | None = None

    @property
    def required(self) -> bool:
        return self.default is Parameter.empty


@dataclass(frozen=True)
class Output:
    """What a preprocessor returns at one place: an Image, a Mask or Keypoints."""

    kind: Any
    help: str
    name: str | None = None


MAP = Output(Image, "Control maps, one for each image.")


@dataclass(frozen=True)
class Family:
    """Methods that make the same kind of map; they share a node. `id` is the end of its node's id, for ever.

    `default` is the id of the method that a new node has.
    """

    id: str
    title: str
    help: str
    default: str


@dataclass(frozen=True)
class Replaced:
    """A node of comfyui_controlnet_aux in whose place this one opens where that pack is missing.

    `widgets` are its widgets in its order, each with the input of ours that takes the value, or None; `fixed` are
    values of ours besides. `sockets` are its connections, each with ours. `difference` says how far the two maps are
    apart.
    """

    id: str
    difference: str
    widgets: dict[str, str | None]
    fixed: dict[str, Any] = field(default_factory=dict)
    sockets: dict[str, str] = field(default_factory=lambda: {"image": "image"})


@dataclass(frozen=True)
class Preprocessor:
    """A function from (B, 3, H, W) in [0, 1] to an fp32 map of the same shape, and what people should know of it.

    `run(image, *, options)` takes any float type and returns one value for each of `outputs`, a tuple if there are
    several; its frames do not depend on each other. A `run` that needs to see them `together` takes the whole batch
    and yields the result of one frame after the other. `image: Tensor | None = None` is for those that can do
    without an image.

    `id` is the end of its node's id and `title` its name in the menus, both for ever. It has a node of its own if it
    is `flat` or has no family.

    `resize` brings its map from a working size to the image's: `resize.smooth`, `labels`, `binary` or `thin`;
    `resize_image` brings the image to the working size.
    A `run` that draws takes `resolution: int = 0` instead, looks at the image at that size and draws at the image's.
    """

    id: str
    title: str
    run: Callable[..., Any]
    family: Family | None = None
    flat: bool = False
    outputs: tuple[Output, ...] = (MAP,)
    resize: Callable[[Tensor, tuple[int, int]], Tensor] = smooth
    resize_image: Callable[[Tensor, tuple[int, int]], Tensor] = smooth
    together: bool = False
    lowest: float = 0.0  # the least value of a map; below 0 only where a control model was trained so
    aliases: tuple[str, ...] = ()
    replaces: tuple[Replaced, ...] = ()  # only for one that is flat: a replaced node's values cannot enter a choice

    @property
    def help(self) -> str:
        return (getdoc(self.run) or "").partition("\n\nRaises:")[0]

    @cached_property
    def options(self) -> list[Option]:
        """The keyword-only arguments of `run` but `resolution`, in order.

        Raises:
            TypeError: an option is not annotated as `Option` says.
        """
        own = [a for a in self._arguments.values() if a.kind is Parameter.KEYWORD_ONLY and a.name != "resolution"]
        return [_option(argument) for argument in own]

    @cached_property
    def draws(self) -> bool:
        """Whether it draws at the image's size whatever the working size."""
        return "resolution" in self._arguments

    @property
    def needs_image(self) -> bool:
        return self._arguments["image"].default is Parameter.empty

    @property
    def _arguments(self) -> dict[str, Parameter]:
        return dict(signature(self.run).parameters)


def _option(argument: Parameter) -> Option:
    hint = argument.annotation
    if get_origin(hint) is not Annotated or not isinstance(get_args(hint)[-1], str):
        raise TypeError(f'{argument.name!r} must be Annotated[type, Range(...), "what it does"]')
    kind, *notes = get_args(hint)
    if NoneType in get_args(kind):  # Mask | None
        kind = next(part for part in get_args(kind) if part is not NoneType)
    limits = next((note for note in notes if isinstance(note, Range)), None)
    advanced = any(isinstance(note, Advanced) for note in notes)
    pretrained = next((note for note in notes if isinstance(note, Pretrained)), None)
    when = next((note for note in notes if isinstance(note, When)), None)
    return Option(argument.name, kind, argument.default, limits, notes[-1], advanced, pretrained, when)
