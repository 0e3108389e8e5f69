"""The pack's JavaScript: its own tests by vitest, its types by tsc; both need Node, which the pack does not."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH")


@pytest.fixture(scope="module")
def npm():
    """The path of npm, once the packages of package-lock.json are in node_modules."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on the path: the tests of web/ need Node 18 or newer")
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    mark = ROOT / "node_modules" / "installed.txt"
    if not mark.is_file() or mark.read_text() != lock:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run([npm, "ci", *options], cwd=ROOT, capture_output=True, text=True)
        if done.returncode and any(word in done.stderr for word in UNREACHABLE):
            pytest.skip("npm's registry is out of reach")
        assert done.returncode == 0, done.stderr
        mark.write_text(lock)
    return npm


@pytest.mark.parametrize("script", ["test", "types"])
def test_the_javascript_passes(npm, script):
    done = subprocess.run([npm, "run", "--silent", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
