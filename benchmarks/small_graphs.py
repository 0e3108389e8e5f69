"""What a small graph is, for the picture of a node, and those that all go through a run of the practice model."""

from dataclasses import dataclass, field
from typing import Any

Node = tuple[str, int, int, dict[str, Any]]  # type, left, top, values of widgets

LEFT, RIGHT, TOP = 100, 410, 140
AWAY, BEYOND = -1200, 3000  # left of nodes that run and are not in the picture
SCENE, WORDS, SIDE = 23, "a large white ring and a small yellow square on a blue ground", 256
CANNY, XS, ADAPTER = (f"practice_canny{kind}.safetensors" for kind in ("", "_xs", "_t2i_adapter"))
APPLY: Node = ("ArmatureApplyControl", RIGHT, TOP, {})
MODEL: Node = ("ArmatureLoadPracticeModel", AWAY, TOP, {})
PICTURE: Node = ("ArmaturePracticeScene", AWAY, TOP, {"number": SCENE, "side": SIDE})
EDGES: Node = ("ArmatureCanny", AWAY, TOP, {})
FIXED = {"control_after_generate": "fixed"}
ENCODED = "model 1 words clip", "model 1 empty clip", "scene 0 edges image"


@dataclass(frozen=True)
class Graph:
    """`nodes` are in the picture, `hidden` are not; a link is "node slot node input"."""

    caption: str
    nodes: dict[str, Node]
    links: tuple[str, ...] = ()
    hidden: dict[str, Node] = field(default_factory=dict)
    runs: bool = True


def prompts() -> dict[str, Node]:
    return {
        "model": MODEL,
        "scene": PICTURE,
        "edges": EDGES,
        "words": ("CLIPTextEncode", AWAY, TOP, {"text": WORDS}),
        "empty": ("CLIPTextEncode", AWAY, TOP, {"text": ""}),
    }


def sampled(caption: str, nodes: dict[str, Node], *links: str, control: str = CANNY, images: int = 1) -> Graph:
    """With Apply Control, "apply", in a run of the practice model, whose images "result" shows."""
    hidden = prompts() | {
        "control": ("ArmatureLoadControl", AWAY, TOP, {"name": control}),
        "latent": ("EmptyLatentImage", BEYOND, TOP, {"width": SIDE, "height": SIDE, "batch_size": images}),
        "sampler": ("KSampler", BEYOND, TOP, {"seed": 5, "steps": 12, "cfg": 3.0}),
        "decoded": ("VAEDecode", AWAY, nodes["result"][2], {}),
    }
    wired = (
        *(*ENCODED, "words 0 apply positive", "empty 0 apply negative", "control 0 apply control_net"),
        *("edges 0 apply image", "model 0 sampler model", "apply 0 sampler positive", "apply 1 sampler negative"),
        *("latent 0 sampler latent_image", "sampler 0 decoded samples", "model 2 decoded vae"),
        "decoded 0 result images",
    )
    shown = nodes | {"apply": APPLY}
    return Graph(caption, shown, wired + links, {name: node for name, node in hidden.items() if name not in shown})


def result(top: int) -> Node:
    """For the images, under the node on the left."""
    return "PreviewImage", LEFT, top, {}


def trained() -> Graph:
    training: Node = ("ArmatureTrainControl", RIGHT, TOP, {"steps": 20, "batch_size": 1, "picture_every": 10} | FIXED)
    hidden = prompts() | {"latent": ("VAEEncode", AWAY, TOP, {})}
    hidden["saved"] = "ArmatureSaveControl", BEYOND, TOP, {}
    hidden["control"] = "ArmatureLoadControl", AWAY, TOP, {"name": CANNY}
    links = (
        *(*ENCODED, "scene 0 latent pixels", "model 2 latent vae", "model 0 train model", "latent 0 train latents"),
        *("control 0 train control_net", "edges 0 train hints", "words 0 train positive", "empty 0 train empty"),
        "train 0 saved control_net",
    )
    return Graph(
        "The hint and what the practice control draws from it, while it trains.", {"train": training}, links, hidden
    )
