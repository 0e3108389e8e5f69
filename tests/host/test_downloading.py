"""Downloads from a server on this machine: whole, cut off, continued, changed, refused, by proxy and by mirror."""

import hashlib
import shutil
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest
from comfy import model_management, utils

from armature.errors import FailedDownload, InvalidValue
from armature.host import weights
from armature.host.annotators import published
from armature.host.downloading import download
from armature.host.weights import get_weights
from armature.nodes.get_weights import GetWeights
from armature.preprocessors.pretrained import Published

from .weights_server import serving

CONTENT = bytes(range(256)) * 20_000  # 5 MB: several chunks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    for name in ("HF_ENDPOINT", "HF_HUB_OFFLINE", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving() as server:
        server.content = CONTENT
        yield server


@pytest.fixture
def file(server):
    return Published("net.pth", f"{server.url}/net.pth", len(CONTENT), SHA256, "MIT")


def got(file, folder, progress=lambda there, total: None):
    return download(file, folder, progress)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_alone(server, file, tmp_path):
    seen = []
    path = got(file, tmp_path / "new", lambda there, total: seen.append((there, total)))
    assert path.read_bytes() == CONTENT and names(tmp_path / "new") == ["net.pth"]
    assert seen == sorted(seen) and len(seen) >= 4 and seen[-1] == (len(CONTENT), len(CONTENT))


def test_what_is_there_is_not_asked_for_again(server, file, tmp_path):
    assert got(file, tmp_path) == got(file, tmp_path) and len(server.asked) == 1


@pytest.mark.parametrize("known", [True, False], ids=["published size and hash", "nothing known"])
def test_a_download_that_was_cut_off_goes_on_where_it_was(server, file, tmp_path, known):
    file = file if known else replace(file, size=None, sha256=None)
    server.cut = 2_000_000
    with pytest.raises(FailedDownload, match=r"connection to http.* failed: .* bytes are kept and will be continued"):
        got(file, tmp_path)
    held = (tmp_path / "net.pth.part").stat().st_size
    assert 0 < held <= 2_000_000 and not (tmp_path / "net.pth").exists()
    server.cut = None
    assert got(file, tmp_path).read_bytes() == CONTENT and names(tmp_path) == ["net.pth"]
    assert server.asked[-1] == ("/net.pth", f"bytes={held}-")


def cut_off(server, file, folder):
    server.cut = 2_000_000
    with pytest.raises(FailedDownload):
        got(file, folder)
    server.cut = None


def test_a_file_that_changed_meanwhile_is_begun_anew(server, file, tmp_path):
    cut_off(server, file, tmp_path)
    server.content, server.etag = CONTENT[::-1], '"two"'
    changed = replace(file, sha256=hashlib.sha256(server.content).hexdigest())
    assert got(changed, tmp_path).read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize("etag", ["", 'W/"one"'])
def test_without_an_etag_that_vouches_for_it_a_download_begins_anew(server, file, tmp_path, etag):
    server.etag = etag
    cut_off(server, file, tmp_path)
    assert got(file, tmp_path).read_bytes() == CONTENT and server.asked[-1] == ("/net.pth", None)


def test_a_server_that_cannot_continue_begins_anew(server, file, tmp_path):
    cut_off(server, file, tmp_path)
    server.ranges = False
    assert got(file, tmp_path).read_bytes() == CONTENT


def test_more_than_there_is_begins_anew(server, file, tmp_path):
    (tmp_path / "net.pth.part").write_bytes(CONTENT + b"more")
    (tmp_path / "net.pth.part.etag").write_text('"one"')
    assert got(file, tmp_path).read_bytes() == CONTENT


def test_another_file_of_the_same_size_is_refused_and_not_kept(server, file, tmp_path):
    server.content = CONTENT[::-1]
    with pytest.raises(FailedDownload, match=f"SHA-256 .* where {SHA256} was published"):
        got(file, tmp_path)
    assert names(tmp_path) == []


def test_a_file_of_another_size_is_refused_before_it_comes(server, file, tmp_path):
    server.content = CONTENT + b"more"
    with pytest.raises(FailedDownload, match=r"offers 5120004 bytes where 5120000 were expected"):
        got(file, tmp_path)
    assert names(tmp_path) == []


def test_another_file_of_that_name_is_not_overwritten(server, file, tmp_path):
    (tmp_path / "net.pth").write_bytes(b"mine")
    with pytest.raises(FailedDownload, match="has 4 bytes where 5,120,000 were published"):
        got(file, tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == b"mine" and server.asked == []


@pytest.mark.parametrize(
    "status, hint", [(404, "no longer there"), (403, "asks for a login"), (503, "Try again later")]
)
def test_a_refusal_says_what_the_server_said(server, file, tmp_path, status, hint):
    server.status = status
    with pytest.raises(FailedDownload, match=rf"answers {status} .*{hint}"):
        got(file, tmp_path)
    assert names(tmp_path) == []


def test_a_login_page_in_place_of_a_file_is_refused(server, file, tmp_path):
    server.content, server.kind = b"<html>Welcome to our hotel</html>", "text/html; charset=utf-8"
    with pytest.raises(FailedDownload, match="is a web page here"):
        got(replace(file, size=None, sha256=None), tmp_path)


def test_nobody_there_is_a_clear_error(file, tmp_path):
    with pytest.raises(FailedDownload, match=r"connection to http://127.0.0.1:1/x failed.*HTTPS_PROXY"):
        got(replace(file, url="http://127.0.0.1:1/x"), tmp_path)


def test_too_small_a_disk_is_noticed_before_anything_is_written(server, file, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10_000_000, 9_000_000, 1_000_000))
    with pytest.raises(FailedDownload, match=r"no room in .*: 5,120,000 bytes are to come and 1,000,000 are free"):
        got(file, tmp_path)
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_disk_that_fills_up_on_the_way_is_a_clear_error(server, file, tmp_path):
    (tmp_path / "net.pth.part").symlink_to("/dev/full")
    with pytest.raises(FailedDownload, match=r"cannot be written: the disk is full.*Make room"):
        got(file, tmp_path)
    assert not (tmp_path / "net.pth").exists()


@pytest.mark.parametrize("yes", ["1", "true", "ON"])
def test_offline_means_offline(server, file, tmp_path, monkeypatch, yes):
    monkeypatch.setenv("HF_HUB_OFFLINE", yes)
    with pytest.raises(FailedDownload, match="HF_HUB_OFFLINE is set"):
        got(file, tmp_path)
    assert server.asked == [] and names(tmp_path) == []


def test_a_mirror_of_the_hub_is_asked_in_its_place(server, file, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", f"{server.url}/mirror/")
    got(replace(file, url="https://huggingface.co/some/one/resolve/main/net.pth"), tmp_path)
    assert server.asked == [("/mirror/some/one/resolve/main/net.pth", None)]


def test_a_proxy_is_used(server, file, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    got(replace(file, url="http://weights.invalid/net.pth"), tmp_path)
    assert server.asked == [("http://weights.invalid/net.pth", None)]


@pytest.fixture
def catalogue(file, monkeypatch):
    (_, network) = published()["ControlNetHED.pth"]
    monkeypatch.setattr(weights, "published", lambda: {file.name: (file, network)})


def test_the_node_brings_a_file_shows_progress_and_says_where_it_is(server, catalogue, annotators, monkeypatch):
    seen = []
    monkeypatch.setattr(utils, "PROGRESS_BAR_HOOK", lambda there, total, preview, node_id=None: seen.append(total))
    try:
        (text,) = GetWeights.execute(file="net.pth").args
        assert (annotators / "net.pth").read_bytes() == CONTENT and set(seen) == {len(CONTENT)}
        assert str(annotators / "net.pth") in text and SHA256 in text and "licence MIT" in text
    finally:
        (annotators / "net.pth").unlink()


def test_the_command_line_brings_a_file_too(server, catalogue, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["host.weights", "get", "net.pth", "--folder", str(tmp_path)])
    weights.main()
    told = capsys.readouterr()
    assert (tmp_path / "net.pth").read_bytes() == CONTENT and "100% of 5,120,000 bytes" in told.err
    assert str(tmp_path / "net.pth") in told.out and "licence MIT" in told.out


def test_an_interrupt_stops_a_download_which_a_later_one_continues(server, catalogue, tmp_path):
    model_management.interrupt_current_processing()
    with pytest.raises(model_management.InterruptProcessingException):
        get_weights("net.pth", folder=tmp_path)
    assert names(tmp_path) == ["net.pth.part", "net.pth.part.etag"]
    get_weights("net.pth", folder=tmp_path)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT and server.asked[-1][1] is not None


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(InvalidValue, match=r"No network here has a file 'x\.pth'"):
        get_weights("x.pth", folder=tmp_path)


def test_names_are_published_once_and_plain():
    files = [file for network in {n.id: n for _, n in published().values()}.values() for file in network.files]
    assert len(files) == len({file.name.lower() for file in files}) == len(published())
    for file in files:
        assert Path(file.name).name == file.name and file.url.startswith("https://") and file.licence
        assert file.sha256 is None or (len(file.sha256) == 64 and int(file.sha256, 16) >= 0)
