"""kohya-ss/ControlNet-LLLite-ComfyUI."""

from ..declare import Pack

LLLITE = Pack(
    "ControlNet-LLLite-ComfyUI",
    (),
    {
        "LLLiteLoader": "it patches a MODEL; put the file into models/controlnet and use Load Control and Apply "
        "Control. Its percents count steps: Control Schedule with basis steps, interpolation step and text 0:0, S:1, "
        "E:0 does too, where S and E are its start and end, taken down to whole steps, as shares of all steps"
    },
)
