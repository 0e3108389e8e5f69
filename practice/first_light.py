"""Queues the first-light workflow on a running ComfyUI, with and without control, and measures both images.

Run by quickstart.py: `practice.first_light URL PICTURE REPORT`.
"""

import asyncio
import json
import sys
import uuid
from io import BytesIO
from pathlib import Path

import aiohttp
import numpy as np
import torch
from comfy_cli.workflow_to_api import convert_ui_to_api
from PIL import Image

from ..fidelity.edges import edge_fidelity
from ..preprocessors.edges.canny import canny

ROOT = Path(__file__).resolve().parent.parent
WORKFLOW = ROOT / "example_workflows" / "first_light.json"
PHOTO = ROOT / "practice" / "coffee.jpg"
APPLY, MAP, RESULT = "ArmatureApplyControl", "PreviewImage", "SaveImage"


async def main(url: str, picture: Path, report: Path) -> None:
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/object_info") as answer:
            prompt = convert_ui_to_api(json.loads(WORKFLOW.read_text()), await answer.json())
        controlled = await images_of(session, prompt, "with control")
        (apply,) = (node for node in prompt.values() if node["class_type"] == APPLY)
        apply["inputs"]["strength"] = 0.0  # an exact identity: the same graph without control
        plain = await images_of(session, prompt, "without control")
    photo, hint = np.asarray(Image.open(PHOTO).convert("RGB")), controlled[MAP]
    Image.fromarray(np.concatenate([photo, hint, controlled[RESULT], plain[RESULT]], axis=1)).save(picture)
    figures = {"f1_with": obeys(hint, controlled[RESULT]), "f1_without": obeys(hint, plain[RESULT])}
    report.write_text(json.dumps(figures))
    print(f"photo | control map | with control | without control: {picture}")
    print("How well the image obeys the map (F1 of its Canny edges, 2 pixels tolerance, 1 is best): ", end="")
    print(f"{figures['f1_with']:.2f} with control, {figures['f1_without']:.2f} without")


def obeys(hint: np.ndarray, image: np.ndarray) -> float:
    """F1 of the image's edges against the map; both (H, W, 3) uint8."""
    (score,) = edge_fidelity(_planes(hint), canny(_planes(image)))
    return round(score.f1, 4)


async def images_of(session: aiohttp.ClientSession, prompt: dict, title: str) -> dict[str, np.ndarray]:
    """Run the prompt to its end, showing progress; the first image of each output node, by the node's class."""
    client, prompt_id = uuid.uuid4().hex, str(uuid.uuid4())
    async with session.ws_connect("/ws", params={"clientId": client}, max_msg_size=0) as socket:
        queued = {"prompt": prompt, "client_id": client, "prompt_id": prompt_id}
        async with session.post("/prompt", json=queued) as answer:
            if answer.status != 200:
                sys.exit(f"ComfyUI refused the workflow: {await answer.text()}")
        await _finished(socket, prompt_id, title)
    async with session.get(f"/history/{prompt_id}") as answer:
        outputs = (await answer.json())[prompt_id]["outputs"]
    found = {}
    for node, output in outputs.items():
        async with session.get("/view", params=output["images"][0]) as answer:
            found[prompt[node]["class_type"]] = np.asarray(Image.open(BytesIO(await answer.read())).convert("RGB"))
    return found


async def _finished(socket: aiohttp.ClientWebSocketResponse, prompt_id: str, title: str) -> None:
    async for message in socket:
        if message.type != aiohttp.WSMsgType.TEXT:
            continue
        event = message.json()
        data = event["data"]
        if data.get("prompt_id") != prompt_id:
            continue
        if event["type"] == "progress":
            print(f"\r{title}: step {data['value']} of {data['max']} ", end="", flush=True)
        elif event["type"] == "executing" and data["node"] is None:  # sent once the results are in the history
            print("", flush=True)
            return
        elif event["type"] in ("execution_error", "execution_interrupted"):
            sys.exit(f"\nComfyUI stopped: {data.get('exception_message', 'interrupted')}")
    sys.exit("\nComfyUI closed the connection.")


def _planes(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image.copy()).movedim(-1, 0)[None].float() / 255


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
