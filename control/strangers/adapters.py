"""Adapters that give a model an image, a face, a style or boxes, in other ways than a control does."""

from ..architecture import Signature
from .stranger import Stranger

IP_ADAPTER = (
    "Load it with the pack ComfyUI_IPAdapter_plus; its folder is models/ipadapter (InstantID: models/instantid)."
)
STYLE = "Load it with Load Style Model; its folder is models/style_models."
FACE_ID = "ip_adapter.*to_q_lora*"

ADAPTERS = (
    Stranger("an IP-Adapter, or the face half of InstantID", Signature(("ip_adapter.*",), (FACE_ID,)), IP_ADAPTER),
    Stranger("an IP-Adapter FaceID", Signature((FACE_ID,)), IP_ADAPTER),
    Stranger(
        "an IP-Adapter for Flux (XLabs)",
        Signature(("*ip_adapter_double_stream*",)),
        "Load it with the pack x-flux-comfyui; its folder is models/xlabs/ipadapters.",
    ),
    *(
        Stranger("a PuLID", Signature((key,)), "Load it with a PuLID pack; its folder is models/pulid.")
        for key in ("id_adapter_attn_layers.*", "pulid_ca.*")
    ),
    Stranger(
        "a PhotoMaker",
        Signature(("id_encoder.*",)),
        "Load it with Load PhotoMaker Model; its folder is models/photomaker.",
    ),
    Stranger("a T2I style adapter", Signature(("style_embedding",)), STYLE),
    Stranger("a Flux Redux style model", Signature(("redux_down.weight",)), STYLE),
    Stranger(
        "a CoAdapter fuser",
        Signature(("task_embedding", "spatial_ch_projs.0.weight")),
        "Neither this pack nor ComfyUI runs it; the T2I-Adapters that it fuses work without it.",
    ),
    Stranger(
        "a GLIGEN model",
        Signature(("*position_net.*",)),
        "Load it with Load GLIGEN Model; its folder is models/gligen.",
    ),
)
