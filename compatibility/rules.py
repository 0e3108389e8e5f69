"""Everything that is declared of other packs."""

from collections.abc import Mapping

from .. import discovery, preprocessors
from ..preprocessors.declare import Preprocessor
from . import packs
from .controlnet_aux import controlnet_aux
from .declare import Pack, Rule


def all_packs() -> list[Pack]:
    own = discovery.declared(packs, Pack).values()
    return sorted([*own, controlnet_aux(discovery.declared(preprocessors, Preprocessor).values())], key=lambda p: p.id)


def rules(on_request: bool = False) -> Mapping[str, Rule]:
    """By the ids of theirs. `on_request`: ComfyUI's own nodes too."""
    chosen = [pack for pack in all_packs() if on_request or not pack.on_request]
    return {rule.id: rule for pack in chosen for rule in pack.nodes}
