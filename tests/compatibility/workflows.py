"""Saved workflows with other packs' nodes, and a way to run them node by node."""

import inspect
import json
from pathlib import Path

import nodes as comfy_nodes
import torch
from comfy_cli.workflow_to_api import convert_ui_to_api
from comfy_extras.nodes_controlnet import ControlNetInpaintingAliMamaApply, SetUnionControlNetType
from comfy_extras.nodes_mask import ImageToMask, SolidMask
from comfy_extras.nodes_primitive import Float

from armature.compatibility.rules import rules
from armature.nodes import node_classes

from ..host import tiny
from ..host.test_families import adapter, core_adapter, our_adapter
from ..host.test_sampling import ours

FOLDER = Path(__file__).parent.parent / "data" / "workflows"
WORKFLOWS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
OURS = {cls.GET_SCHEMA().node_id: cls for cls in node_classes()}
FAMILY = tiny.SDXL
NETWORK = tiny.core_network(FAMILY)
KINDS = {bool: "BOOLEAN", int: "INT", float: "FLOAT", str: "STRING"}
RULES = rules(on_request=True)


def classes(**more):
    """By id: core's own, ours, and more."""
    extra = {"SolidMask": SolidMask, "PrimitiveFloat": Float, "ImageToMask": ImageToMask}
    extra |= {cls.GET_SCHEMA().node_id: cls for cls in (ControlNetInpaintingAliMamaApply, SetUnionControlNetType)}
    return {**comfy_nodes.NODE_CLASS_MAPPINGS, **extra, **OURS, **more}


def described(cls):
    if hasattr(cls, "GET_NODE_INFO_V1"):
        return cls.GET_NODE_INFO_V1()
    inputs = cls.INPUT_TYPES()
    order = {kind: list(entries) for kind, entries in inputs.items()}
    return {"input": inputs, "input_order": order, "output": list(cls.RETURN_TYPES), "name": cls.__name__}


def as_prompt(workflow, known):
    """What the frontend sends to a server with these nodes."""
    kinds = {node["type"] for node in every_node(workflow)} & known.keys()
    return sent(workflow, {kind: described(known[kind]) for kind in kinds})


def sent(workflow, info):
    """What the frontend sends to a server whose nodes are in `info`; of others it knows the widgets in the file."""
    missing = {node["type"]: stub(node) for node in every_node(workflow) if node["type"] not in info}
    return convert_ui_to_api(workflow, info | missing)


def every_node(workflow):
    """Those of subgraphs too, without the nodes that stand for a subgraph."""
    subgraphs = workflow.get("definitions", {}).get("subgraphs", ())
    nodes = [node for scope in (workflow, *subgraphs) for node in scope["nodes"]]
    return [node for node in nodes if node["type"] not in {one["id"] for one in subgraphs}]


def stub(node):
    widgets = dict(zip(RULES[node["type"]].widgets, node["widgets_values"]))
    required = {name: [KINDS[type(value)], {}] for name, value in widgets.items()}
    order = {"required": list(required)}
    return {"name": node["type"], "input": {"required": required}, "input_order": order, "output": []}


def sources(name, file, load):
    """What the nodes without inputs of ours give: a tiny base and its prompts, an image, and loaders."""
    image = tiny.hint(64, 64)
    batch = next(node for node in WORKFLOWS[name]["nodes"] if node["type"] == "EmptyLatentImage")["widgets_values"][2]
    noise = torch.randn(batch, 4, 8, 8, generator=torch.Generator().manual_seed(batch))
    return {
        "ArmatureLoadPracticeModel": lambda **_: (tiny.base_model(FAMILY), "clip", None),
        "CLIPTextEncode": lambda text, **_: (tiny.conditioning(FAMILY, len(text)),),
        "ArmaturePracticePhoto": lambda **_: (image,),
        "ArmatureCanny": lambda **_: (image,),
        "EmptyLatentImage": lambda **_: ({"samples": noise},),
        **load,
    }


def our_loader(name, schedule=None, **_):
    made = our_adapter(adapter(True)) if "adapter" in name else ours(FAMILY, NETWORK)
    if schedule is None:
        return (made,)
    from armature.host.applying import scheduled
    from armature.host.peer_objects import schedule as read

    return (scheduled(made, read(schedule)),)


def core_control(name):
    return core_adapter(adapter(True)) if "adapter" in name else tiny.core_control(NETWORK)


def run(prompt, wanted, known, given):
    """The inputs of the node of type `wanted`, after everything before it has run."""
    made = {}

    def value(entry):
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str):
            return output(entry[0])[entry[1]]
        return entry

    def inputs(name):
        return {key: value(entry) for key, entry in prompt[name]["inputs"].items()}

    def output(name):
        if name not in made:
            kind = prompt[name]["class_type"]
            made[name] = given[kind](**inputs(name)) if kind in given else executed(known[kind], inputs(name))
        return made[name]

    (name,) = (key for key, node in prompt.items() if node["class_type"] == wanted)
    return inputs(name)


def executed(cls, inputs):
    if hasattr(cls, "EXECUTE_NORMALIZED"):
        return cls.EXECUTE_NORMALIZED(**inputs).args
    found = getattr(cls(), cls.FUNCTION)(**inputs)
    return found if not inspect.isawaitable(found) else None


def latent(inputs):
    """What KSampler makes of them."""
    return comfy_nodes.KSampler().sample(**inputs)[0]["samples"]
