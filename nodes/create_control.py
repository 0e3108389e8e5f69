"""Make a new control network for a MODEL, to be trained."""

from comfy_api.latest import io

from ..errors import UnknownMethod
from ..host.creating import FAMILIES, create_control

RATIO = io.Float.Input(
    "ratio",
    default=0.2,
    min=0.0125,
    max=1.0,
    step=0.0125,
    tooltip="Width of the network as part of the base's. Published: 0.2 for Stable Diffusion, 0.1 for SDXL.",
)
TYPE = io.Combo.Input(
    "type",
    options=["A", "B", "C"],
    default="B",
    tooltip="A: it leads into the base's decoder. B: into the encoder too, the paper's choice. C: it has a decoder of "
    "its own as well.",
)
INFUSION = io.Combo.Input(
    "infusion",
    options=["cat", "add"],
    tooltip="How the base's features enter: beside the network's own, as published, or added to them, which makes it "
    "smaller.",
)
LEARNED = io.Boolean.Input(
    "learned_time_embedding",
    default=False,
    tooltip="It learns a time embedding of its own, which starts as the base's, as the published SDXL networks do.",
)
FEATURES = io.Int.Input("hint_features", default=32, min=1, max=1024, tooltip="Width of what it reads from the hint.")
WIDTH = io.Int.Input("width", default=64, min=1, max=1024, tooltip="Width of the layers between hint and base.")
CHOICES = {"ControlNet": [], "ControlNet-XS": [TYPE, RATIO, INFUSION, LEARNED], "ControlNet-LLLite": [FEATURES, WIDTH]}


class CreateControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureCreateControl",
            display_name="Create Control",
            category="Armature/training",
            description="A new control network for the connected model, to be trained. It changes nothing yet: the "
            "layers that lead into the base are zero. Only a T2I-Adapter acts from the start, as published.",
            search_aliases=["new controlnet", "train controlnet"],
            inputs=[
                io.Model.Input("model", tooltip="The base that it is for: Stable Diffusion 1.x, 2.x or SDXL."),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=2**64 - 1,
                    tooltip="Of the layers that start at random; the same seed gives the same network.",
                ),
                io.DynamicCombo.Input(
                    "family",
                    options=[io.DynamicCombo.Option(family, CHOICES.get(family, [])) for family in FAMILIES],
                    tooltip="ControlNet: a copy of the base's encoder. ControlNet-XS: a small network that exchanges "
                    "features with the base. T2I-Adapter: sees the hint alone, once a run. LLLite: a small network "
                    "at every attention.",
                ),
            ],
            outputs=[io.ControlNet.Output(tooltip="For Train Control, Save Control or Apply Control.")],
        )

    @classmethod
    def execute(cls, model, seed, family=None) -> io.NodeOutput:
        chosen = dict(family or {})
        name = chosen.pop("family", None)
        if name not in FAMILIES:  # ComfyUI drops the whole input where it does not know the option
            raise UnknownMethod(f"The node's family is not one of: {', '.join(FAMILIES)}. Choose it again.")
        return io.NodeOutput(create_control(model, name, chosen, seed))
