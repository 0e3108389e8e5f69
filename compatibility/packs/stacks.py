"""Packs that apply controls by objects of their own, none of which become ours."""

from ..declare import Pack

STACKS = Pack(
    "Comfyroll, Efficiency Nodes, Easy-Use, Impact Pack",
    (),
    {
        "CR Multi-ControlNet Stack": "its stack is an object of its own; Apply Control Stack has rows with switches",
        "CR Apply Multi-ControlNet": "its stack is an object of its own; use Apply Control Stack",
        "Control Net Stacker": "its stack is an object of its own; use Apply Control Stack",
        "Apply ControlNet Stack": "its stack is an object of its own; use Apply Control Stack",
        "easy controlnetLoader": "it reads and writes the pack's pipe",
        "ControlNetApply (SEGS)": "it applies to the pack's segments",
        "ControlNetApplyAdvanced (SEGS)": "it applies to the pack's segments",
    },
)
