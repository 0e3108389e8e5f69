"""Images for an editor on a node to show: files of ComfyUI's temporary folder, under the editor's own key."""

from collections.abc import Mapping
from typing import Any

from comfy_api.latest import io, ui
from torch import Tensor

KEY = "armature"  # under "images" ComfyUI would draw them itself, over the editor


def shown(images: Mapping[str, Tensor | None]) -> dict[str, list[dict[str, Any]]]:
    """A node's ui output: a record for each image of IMAGEs (B, H, W, C), with the role that its key names."""
    return {
        KEY: [
            {"role": role, **record}
            for role, batch in images.items()
            if batch is not None
            for record in ui.ImageSaveHelper.save_images(
                batch[..., :3].expand(-1, -1, -1, 3), f"Armature_{role}", io.FolderType.temp, None, compress_level=1
            )
        ]
    }
