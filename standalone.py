"""Use the pack outside a running ComfyUI: `python standalone.py MODULE [arguments]` runs one of its modules.

The pack is imported as the package `armature`, from its path and never from sys.path, as ComfyUI does it: on
sys.path its folder `nodes` would shadow ComfyUI's own module of that name. Set COMFYUI_PATH to a ComfyUI folder;
without it the one in whose custom_nodes this is, or the one that quickstart.py made, is used.
"""

import os
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NAME = "armature"


def comfyui_path() -> Path:
    if chosen := os.environ.get("COMFYUI_PATH"):
        return Path(chosen)
    around = ROOT.parent.parent
    return around if (around / "comfy").is_dir() else ROOT / ".quickstart" / "ComfyUI"


def load_pack() -> None:
    """Make `import armature` work, and keep the pack's own folder off sys.path."""
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]
    spec = spec_from_file_location(NAME, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    sys.modules[NAME] = pack = module_from_spec(spec)
    spec.loader.exec_module(pack)


def load_comfyui() -> None:
    """Make ComfyUI's modules importable, on the CPU where there is no GPU.

    Raises:
        FileNotFoundError: there is no ComfyUI at the path.
    """
    path = comfyui_path()
    if not (path / "comfy").is_dir():
        raise FileNotFoundError(f"No ComfyUI in {path}. Run `python3 quickstart.py` first, or set COMFYUI_PATH.")
    sys.path.insert(0, str(path))
    import torch
    import utils.extra_config  # noqa: F401 (as main.py does: ComfyUI 0.18's nodes.py leads to another utils)
    from comfy.cli_args import args

    args.cpu = not (torch.cuda.is_available() or torch.backends.mps.is_available())
    args.use_pytorch_cross_attention = (
        True  # the default where there is a GPU; several times faster here than the CPU's
    )


if __name__ == "__main__":
    load_pack()
    load_comfyui()
    sys.argv = sys.argv[1:]
    runpy.run_module(f"{NAME}.{sys.argv[0]}", run_name="__main__", alter_sys=True)
