"""What a browser would do, in a few calls."""

import asyncio
import json
import math
import struct
import uuid
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import aiohttp
import numpy as np
from comfy_cli.workflow_to_api import convert_ui_to_api
from PIL import Image
from protocol import BinaryEventTypes

READOUT = "armature.readout"
SILENCE = 300  # seconds without a word after which a server counts as hung, however long the whole may take


@dataclass
class Run:
    """`events` are (type, data) in order of arrival; by the id of a node, `images` are the first that it saved,
    `batches` all of them, `texts` what was shown on it last, `previews` the pictures that it showed while it ran, and
    `outputs` all that the history has of it.
    """

    events: list[tuple[str, dict]] = field(default_factory=list)
    previews: dict[str, list[np.ndarray]] = field(default_factory=dict)
    outputs: dict[str, dict] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    batches: dict[str, list[np.ndarray]] = field(default_factory=dict)

    @property
    def images(self) -> dict[str, np.ndarray]:
        return {node: batch[0] for node, batch in self.batches.items()}

    def of(self, kind: str) -> list[dict]:
        return [data for event, data in self.events if event == kind]

    def previewed(self, message: bytes) -> None:
        """A binary message, by server.py's send_image_with_metadata; others hold no picture with its node."""
        kind, length = struct.unpack(">II", message[:8])
        if kind == BinaryEventTypes.PREVIEW_IMAGE_WITH_METADATA:
            node, picture = json.loads(message[8 : 8 + length])["node_id"], message[8 + length :]
            self.previews.setdefault(node, []).append(np.asarray(Image.open(BytesIO(picture))))
            self.events.append(("preview", {"node": node}))


@dataclass(frozen=True)
class Client:
    url: str
    base: Path
    log: Path

    def get(self, path: str) -> dict:
        return json.loads(self.text(path))

    def text(self, path: str) -> str:
        return asyncio.run(self._text(path))

    def prompt(self, workflow: dict) -> dict:
        """The workflow as the frontend sends it, with the values that are objects, which comfy-cli leaves out."""
        info = self.get("/object_info")
        prompt = convert_ui_to_api(workflow, info)
        for node in workflow["nodes"]:
            if any(isinstance(value, dict) for value in node["widgets_values"]):
                widgets = filter(_is_widget, _inputs(info[node["type"]]))
                names = [name for name, _ in widgets]
                prompt[str(node["id"])]["inputs"] |= dict(zip(names, node["widgets_values"], strict=True))
        return prompt

    def refused(self, prompt: dict) -> dict:
        """The server's answer to a prompt that it must not accept."""
        return asyncio.run(self._refused(prompt))

    def run(self, prompt: dict, interrupt_at: int | None = None) -> Run:
        """Queue the prompt and wait for its end; interrupt it after so many sampling steps if asked."""
        return asyncio.run(self._run(prompt, interrupt_at))

    async def _text(self, path: str) -> str:
        async with aiohttp.ClientSession(self.url) as session, session.get(path) as answer:
            assert answer.status == 200, path
            return await answer.text()

    async def _refused(self, prompt: dict) -> dict:
        async with (
            aiohttp.ClientSession(self.url) as session,
            session.post("/prompt", json={"prompt": prompt}) as answer,
        ):
            assert answer.status == 400
            return await answer.json()

    async def _run(self, prompt: dict, interrupt_at: int | None) -> Run:
        client, prompt_id, run = uuid.uuid4().hex, str(uuid.uuid4()), Run()
        async with aiohttp.ClientSession(self.url) as session:
            listening = {"max_msg_size": 0, "timeout": aiohttp.ClientWSTimeout(ws_receive=SILENCE)}
            async with session.ws_connect("/ws", params={"clientId": client}, **listening) as socket:
                await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
                body = {"prompt": prompt, "client_id": client, "prompt_id": prompt_id}
                async with session.post("/prompt", json=body) as answer:
                    assert answer.status == 200, await answer.text()
                await self._follow(session, socket, run, interrupt_at)
            async with session.get(f"/history/{prompt_id}") as answer:
                run.outputs |= (await answer.json())[prompt_id]["outputs"]
            for node, output in ((n, o) for n, o in run.outputs.items() if "images" in o):
                run.batches[node] = [await self._image(session, image) for image in output["images"]]
        return run

    async def _image(self, session, image: dict) -> np.ndarray:
        async with session.get("/view", params=image) as answer:
            return np.asarray(Image.open(BytesIO(await answer.read())))

    async def _follow(self, session, socket, run: Run, interrupt_at: int | None) -> None:
        async for message in socket:
            if message.type == aiohttp.WSMsgType.BINARY:
                run.previewed(message.data)
                continue
            event = json.loads(message.data)
            if event["type"] == READOUT:
                run.texts[event["data"]["node"]] = event["data"]["text"]
            run.events.append((event["type"], event["data"]))
            if event["type"] == "progress" and event["data"]["value"] >= (interrupt_at or math.inf):
                async with session.post("/interrupt"):
                    pass
            if event["type"] == "executing" and event["data"]["node"] is None:
                return


def _inputs(definition: dict) -> list[tuple[str, list]]:
    return [pair for section in ("required", "optional") for pair in definition["input"].get(section, {}).items()]


def _is_widget(pair: tuple[str, list]) -> bool:
    kind, options = pair[1][0], pair[1][1]
    own = kind in ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO") or options.keys() & {"socketless", "widgetType"}
    return bool(own) and not options.get("forceInput")
