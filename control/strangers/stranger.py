"""What is to be known of a kind of file that no architecture of ours loads."""

from dataclasses import dataclass

from ..architecture import Signature


@dataclass(frozen=True)
class Stranger:
    """One layout of a kind of file; a kind with several layouts has several, of equal words.

    `advice` says what to do with it. `in_core`: ComfyUI has a control model for it.
    """

    what: str
    signature: Signature
    advice: str = ""
    in_core: bool = False
