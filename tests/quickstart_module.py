"""quickstart.py as a module of its own, to be set up differently by each test."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_quickstart(home: Path):
    """A fresh copy that keeps everything but the Python environment in `home`."""
    spec = spec_from_file_location("armature_quickstart", ROOT / "quickstart.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HOME, module.BASE, module.LOG = home, home / "base", home / "comfyui.log"
    module.COMFYUI = home / "ComfyUI"
    return module
