"""Downloads a published file when somebody asks for it: resumable, checked, and there only when it is whole."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import requests

from ..errors import FailedDownload
from ..preprocessors.pretrained import Published

HUB = "https://huggingface.co"
CHUNK = 1 << 20  # bytes
PATIENCE = 30  # seconds without a byte
YES = ("1", "ON", "YES", "TRUE")  # what huggingface_hub takes for a yes

Progress = Callable[[int, int], None]
"""Told of the bytes that are there and of all; what it raises stops the download, which a later one continues."""


def download(file: Published, folder: Path, progress: Progress) -> Path:
    """Where the file lies when this returns; until then what has come is beside it, as NAME.part.

    Honours HF_ENDPOINT, HF_HUB_OFFLINE and, as requests does, HTTP_PROXY, HTTPS_PROXY and NO_PROXY.

    Raises:
        FailedDownload: offline, refused, cut off, no room, or not the file that was published; what can be continued
            is kept.
    """
    path = folder / file.name
    if path.exists():
        _check(path, file)
        return path
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in YES:
        raise FailedDownload(
            f"HF_HUB_OFFLINE is set, so nothing is downloaded. Unset it, or bring {file.url} to {path} by hand."
        )
    folder.mkdir(parents=True, exist_ok=True)
    part, mark = folder / f"{file.name}.part", folder / f"{file.name}.part.etag"
    try:
        _receive(file, part, mark, progress)
    except requests.RequestException as error:
        raise FailedDownload(
            f"The connection to {_address(file)} failed: {error}. {_held(part)} Try again, or set HF_ENDPOINT to a "
            "mirror, or HTTPS_PROXY to your proxy."
        ) from error
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else str(error)
        raise FailedDownload(f"{part} cannot be written: {reason}. {_held(part)} Make room and try again.") from error
    try:
        _check(part, file)
    except FailedDownload:
        part.unlink()
        raise
    finally:
        mark.unlink(missing_ok=True)
    os.replace(part, path)
    return path


def _receive(file: Published, part: Path, mark: Path, progress: Progress) -> None:
    """Bring `part` to its full length, from where it ends if the server still has the same file, known by its ETag."""
    held = part.stat().st_size if part.exists() and mark.exists() else 0
    headers = {"User-Agent": "armature", "Accept-Encoding": "identity"}
    if held:
        headers |= {"Range": f"bytes={held}-", "If-Range": mark.read_text(encoding="utf-8")}
    with requests.get(_address(file), headers=headers, stream=True, timeout=PATIENCE) as response:
        continued = response.headers.get("Content-Range", "").startswith(f"bytes {held}-")
        if response.status_code == 416 or (response.status_code == 206 and not continued):
            mark.unlink()
            return _receive(file, part, mark, progress)
        begun = held if response.status_code == 206 else 0
        total = _total(response, file, begun)
        _make_sure_of_room(part, total - begun)
        etag = response.headers.get("ETag", "")
        mark.unlink(missing_ok=True)
        if etag.startswith('"'):  # a weak one does not vouch for every byte
            mark.write_text(etag, encoding="utf-8")
        _write(response, part, begun, total, progress)


def _write(response: requests.Response, part: Path, begun: int, total: int, progress: Progress) -> None:
    with part.open("r+b" if begun else "wb") as sink:
        sink.seek(begun)
        for chunk in response.iter_content(CHUNK):
            sink.write(chunk)
            progress(sink.tell(), total)
        if sink.tell() != total:
            raise requests.ConnectionError(f"{sink.tell():,} of {total:,} bytes came")
        sink.flush()
        os.fsync(sink.fileno())


def _total(response: requests.Response, file: Published, begun: int) -> int:
    """The bytes of the whole file.

    Raises:
        FailedDownload: the server refuses it, or offers something else.
    """
    if not response.ok:
        hint = {401: "It asks for a login.", 403: "It asks for a login.", 404: "The file is no longer there."}
        raise FailedDownload(
            f"{response.url.split('?')[0]} answers {response.status_code} {response.reason}. "
            f"{hint.get(response.status_code, 'Try again later.')}"
        )
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise FailedDownload(f"{_address(file)} is a web page here, not a file. Does your network ask for a login?")
    length = response.headers.get("Content-Length", "")
    total = begun + int(length) if length.isdecimal() else file.size
    if total is None or (file.size is not None and total != file.size):
        raise FailedDownload(
            f"{_address(file)} offers {total or 'an unknown number of'} bytes where {file.size} were expected: it is "
            "not the published file. Nothing was kept of it; check HF_ENDPOINT, or tell us if it was replaced."
        )
    return total


def _make_sure_of_room(part: Path, needed: int) -> None:
    if (free := shutil.disk_usage(part.parent).free) < needed:
        raise FailedDownload(
            f"There is no room in {part.parent}: {needed:,} bytes are to come and {free:,} are free. {_held(part)} "
            "Make room and try again."
        )


def _check(path: Path, file: Published) -> None:
    """
    Raises:
        FailedDownload: the file is not the published one.
    """
    size = path.stat().st_size
    if file.size not in (None, size):
        raise FailedDownload(f"{path} has {size:,} bytes where {file.size:,} were published. Move it away; try again.")
    if file.sha256 and (found := digest(path)) != file.sha256:
        raise FailedDownload(
            f"{path} has the SHA-256 {found} where {file.sha256} was published: it is damaged or another file. "
            "Move it away if it is still there, and try again."
        )


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    sha256 = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            sha256.update(chunk)
    return sha256.hexdigest()


def _address(file: Published) -> str:
    if not file.url.startswith(HUB):
        return file.url
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/") + file.url.removeprefix(HUB)


def _held(part: Path) -> str:
    return f"{part.stat().st_size:,} bytes are kept and will be continued." if part.exists() else ""
