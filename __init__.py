"""Armature: control models and image preprocessors for ComfyUI.

Nothing is imported here until ComfyUI asks for the nodes: control/, preprocessors/ and fidelity/ are plain PyTorch
and stay importable, and testable, on a machine without ComfyUI.
"""

WEB_DIRECTORY = "./web"


async def comfy_entrypoint():
    from .nodes import ArmatureExtension

    return ArmatureExtension()
