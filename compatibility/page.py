"""The page that tells which nodes of other packs become ours."""

from collections.abc import Iterable, Sequence

from .declare import Counterpart, Pack, Rule

INTRODUCTION = """\
# Workflows made with other packs

Where a pack is missing, its nodes open as ours with the same values and connections: ComfyUI's frontend offers it in
its dialog of missing nodes, and its server does it by itself. Nodes marked with * have to be computed, or are several
of ours: the server does that too, the frontend leaves them.

Where the pack is installed, or to do it once and for all, rewrite the file:

```
python3 quickstart.py run compatibility.convert WORKFLOW.json
COMFYUI_PATH=. python custom_nodes/armature/standalone.py compatibility.convert WORKFLOW.json
```

(the second from ComfyUI's folder, with its Python). It takes both forms of a workflow, follows subgraphs, and names
every node and every value that it ignores, with the reason. `--core` rewrites ComfyUI's own control nodes too.

The sockets of Apply Control and of the keyframe nodes take Advanced-ControlNet's own weights, timestep keyframes and
latent keyframes. Its Apply nodes take the controls of Load Control, and all that is connected to them acts.

A prompt for an area gets the whole hint squeezed into it, as from ComfyUI and Advanced-ControlNet; set areas of Apply
Control to crop, and it gets its own part.

On a CPU, ComfyUI's loader computes with the weights of a file where they lie, and off multiples of 64 bytes its kernels
round the last bit otherwise; ours copies those. Where a file has all its weights there, both draw the same image; where
not, the images of an SD 1-like model were 1 of 255 levels apart.

Maps of comfyui_controlnet_aux are compared at the same working size; theirs are 8-bit, and extend an image to
multiples of 64 pixels first.\
"""
ON_REQUEST = "Always there, and rewritten by the converter alone, with `--core`."


def page(packs: Iterable[Pack]) -> str:
    """The Markdown of docs/compatibility.md."""
    parts = [INTRODUCTION]
    for pack in packs:
        parts.append(f"## {pack.id}")
        if pack.on_request:
            parts.append(ON_REQUEST)
        if pack.nodes:
            rows = sorted((rule.id, _becomes(rule), rule.difference) for rule in pack.nodes)
            parts.append(_table(("node", "opens as", "difference"), rows))
        if pack.remaining:
            parts.append(_table(("node that remains", "why"), list(pack.remaining.items())))
    return "\n\n".join(parts) + "\n"


def _becomes(rule: Rule) -> str:
    if isinstance(rule, Counterpart):
        return rule.ours + " *" * (not rule.flat)
    return f"{rule.becomes} *"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
