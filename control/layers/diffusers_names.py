"""What diffusers and the ldm UNet call the same modules. Maps are {diffusers module: ldm module}."""

from ..checkpoint import Checkpoint

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}


def resnet(diffusers: str, ldm: str) -> dict[str, str]:
    return {f"{diffusers}.{theirs}": f"{ldm}.{ours}" for theirs, ours in RESNET.items()}


def hint_encoder(blocks: int) -> dict[str, str]:
    """Of an encoder with so many convolutions between its first and its last."""
    return {
        "controlnet_cond_embedding.conv_in": "input_hint_block.0",
        **{f"controlnet_cond_embedding.blocks.{i}": f"input_hint_block.{2 * i + 2}" for i in range(blocks)},
        "controlnet_cond_embedding.conv_out": f"input_hint_block.{2 * blocks + 2}",
    }


def renamed(checkpoint: Checkpoint, modules: dict[str, str]) -> dict[str, str]:
    """{key: ldm key} of every key that stands in one of the modules; inside a module both use one name."""
    names = {}
    for key in checkpoint.tensors:
        prefix = next((module for module in modules if key.startswith(f"{module}.")), None)
        if prefix is not None:
            names[key] = modules[prefix] + key.removeprefix(prefix)
    return names
