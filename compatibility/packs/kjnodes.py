"""kijai/ComfyUI-KJNodes: nodes/nodes.py and nodes/model_optimization_nodes.py."""

from ..declare import Counterpart, Pack

KJNODES = Pack(
    "ComfyUI-KJNodes",
    (
        Counterpart(
            "SetShakkerLabsUnionControlNetType",
            "ArmatureUnionType",
            "none",
            {"type": "type"},
            {"control_net": "control_net"},
        ),
    ),
    {
        "CustomControlNetWeightsFluxFromList": "its list is connected; write the values into Block Weights",
        "TorchCompileControlNet": "it compiles ComfyUI's own network",
    },
)
