"""What comfyui_controlnet_aux imports for OpenPose and may not find: matplotlib, unused, and a name of older scipys."""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec


def stand_in() -> None:
    """Put empty modules in the place of those that are not imported yet."""
    import scipy.ndimage

    matplotlib, pyplot = (module_from_spec(ModuleSpec(name, None)) for name in ("matplotlib", "matplotlib.pyplot"))
    matplotlib.pyplot = pyplot
    for module in (matplotlib, pyplot):
        sys.modules.setdefault(module.__name__, module)
    sys.modules.setdefault("scipy.ndimage.filters", scipy.ndimage)
