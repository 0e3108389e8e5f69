"""Prompts with one control, in which a test changes what it is about."""

import nodes as comfy_nodes

from armature.host.checking.graph import Graph
from armature.nodes import node_classes

CUSTOM = {
    "SamplerCustomAdvanced": ("LATENT", "LATENT"),
    "CFGGuider": ("GUIDER",),
    "KSamplerSelect": ("SAMPLER",),
    "BasicScheduler": ("SIGMAS",),
    "ModelSamplingDiscrete": ("MODEL",),
}
TYPES = (
    {name: tuple(map(str, cls.RETURN_TYPES)) for name, cls in comfy_nodes.NODE_CLASS_MAPPINGS.items()}
    | {cls.GET_SCHEMA().node_id: tuple(map(str, cls.RETURN_TYPES)) for cls in node_classes()}
    | CUSTOM
)


def graph(prompt):
    return Graph(prompt, lambda name: TYPES.get(name, ()))


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs}


def prompt(**changes):
    """Nodes base, text, load, picture, apply, sampler; `changes` are inputs by node, or whole nodes."""
    found = {
        "base": node("ArmatureLoadPracticeModel"),
        "text": node("CLIPTextEncode", text="a circle", clip=["base", 1]),
        "load": node("ArmatureLoadControl", name="practice_canny.safetensors"),
        "picture": node("ArmatureCanny", image=["photo", 0]),
        "photo": node("ArmaturePracticePhoto"),
        "apply": node(
            "ArmatureApplyControl",
            **{"positive": ["text", 0], "negative": ["text", 0], "control_net": ["load", 0], "image": ["picture", 0]},
            **{"strength": 1.0, "start_percent": 0.0, "end_percent": 1.0},
        ),
        "sampler": node(
            "KSampler",
            **{"model": ["base", 0], "positive": ["apply", 0], "negative": ["apply", 1], "steps": 4, "denoise": 1.0},
            **{"sampler_name": "euler", "scheduler": "normal"},
        ),
    }
    for name, change in changes.items():
        found[name] = (
            change if "class_type" in change else node(found[name]["class_type"], **{**found[name]["inputs"], **change})
        )
    return found
