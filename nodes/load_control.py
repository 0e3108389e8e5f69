"""Load any control model that the pack knows; the architecture is read from the file."""

from comfy_api.latest import io

from ..host import peer_objects
from ..host.applying import scheduled
from ..host.control_files import control_files
from ..host.loading import DTYPES, POOLING, load_control
from .applying import AnySchedule


class LoadControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="ArmatureLoadControl",
            display_name="Load Control",
            category="Armature",
            description="Loads a control model for Stable Diffusion 1.x, 2.x or SDXL. Its kind is read from the "
            "file; a file that is something else is refused with its name.",
            search_aliases=["controlnet", "load controlnet"],
            inputs=[
                io.Combo.Input(
                    "name",
                    options=list(control_files()),
                    tooltip="A file of models/controlnet or models/t2i_adapter, or the built-in control of the "
                    "practice model. Files of other folders are listed under the folder's name.",
                ),
                io.Combo.Input(
                    "dtype",
                    options=list(DTYPES),
                    default="auto",
                    tooltip="How the weights are kept. auto: as ComfyUI would keep this file here. fp8 takes half the "
                    "memory of fp16 and loses detail; ComfyUI computes in a wider dtype where the device needs it.",
                    optional=True,
                    advanced=True,
                ),
                io.Combo.Input(
                    "global_pooling",
                    options=list(POOLING),
                    default="auto",
                    tooltip="Averages what the control adds over the whole image, as shuffle ControlNets need it. "
                    "auto: as the file's metadata says; if it says nothing, on for a ControlNet whose name ends in "
                    "_shuffle or _shuffle_fp16, as in ComfyUI's own loader.",
                    optional=True,
                    advanced=True,
                ),
                AnySchedule.Input(
                    "schedule",
                    optional=True,
                    tooltip="From Control Schedule or Control Keyframe: how the strength of this control changes in a "
                    "run, whichever node applies it. A schedule of Apply Control takes its place.",
                ),
            ],
            outputs=[io.ControlNet.Output(tooltip="For Apply Control, or any node that takes a CONTROL_NET.")],
        )

    @classmethod
    def execute(cls, name, dtype="auto", global_pooling="auto", schedule=None) -> io.NodeOutput:
        control = load_control(name, dtype, global_pooling)
        return io.NodeOutput(control if schedule is None else scheduled(control, peer_objects.schedule(schedule)))
