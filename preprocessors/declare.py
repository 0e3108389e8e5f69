"""How a preprocessor declares itself: the signature of its function is the schema of its node."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, getdoc, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from torch import Tensor


@dataclass(frozen=True)
class Range:
    """The values that a number may take."""

    low: float
    high: float
    step: float


@dataclass(frozen=True)
class Option:
    """One keyword argument: `Annotated[type, Range(...), "what it does"] = default`; Range for numbers only."""

    name: str
    type: Any
    default: Any
    limits: Range | None
    help: str


@dataclass(frozen=True)
class Preprocessor:
    """A function from (B, 3, H, W) in [0, 1] to the same, and what people should know of it.

    `id` is the end of its node's id, for ever.
    """

    id: str
    title: str
    run: Callable[..., Tensor]

    @property
    def help(self) -> str:
        return getdoc(self.run) or ""

    @property
    def options(self) -> list[Option]:
        """The keyword-only arguments of `run`, in order.

        Raises:
            TypeError: an option is not annotated as `Option` says.
        """
        hints = get_type_hints(self.run, include_extras=True)
        arguments = signature(self.run).parameters.values()
        return [_option(a, hints[a.name]) for a in arguments if a.kind is Parameter.KEYWORD_ONLY]


def _option(argument: Parameter, hint: Any) -> Option:
    if get_origin(hint) is not Annotated or not isinstance(get_args(hint)[-1], str):
        raise TypeError(f'{argument.name!r} must be Annotated[type, Range(...), "what it does"]')
    kind, *notes = get_args(hint)
    limits = next((note for note in notes if isinstance(note, Range)), None)
    return Option(argument.name, kind, argument.default, limits, notes[-1])
