"""Fills the virtual environment it runs in with exactly the packages of a lock, hashes checked.

uv does it in seconds but does not read pip's configuration, so what a person has told pip is passed on. Where uv cannot
be had or fails, pip itself does the same more slowly. Only the standard library is at hand here.
"""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
UV = Path(sys.executable).with_name("uv")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
# pip's name of a setting: uv's variable and what stands between several values there.
PASSED_ON = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
}


def main(lock: str) -> None:
    began = time.monotonic()
    install_uv()
    synced = sync_with_uv(lock)
    if not synced:
        print("setup: uv could not do it; pip takes over, which lasts about a minute", file=sys.stderr)
        subprocess.run([*PIP, "install", "--quiet", "--require-hashes", "-r", lock], check=True)
    if synced:
        remove_seeds()
    print(f"setup: packages installed in {time.monotonic() - began:.0f} s", file=sys.stderr)


def install_uv() -> None:
    if subprocess.run([*PIP, "--version"], capture_output=True, check=False).returncode != 0:
        subprocess.run([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL, check=True)
    wanted = [*PIP, "install", "--quiet", "--require-hashes", "-r", str(FOLDER / "uv.lock.txt")]
    subprocess.run(wanted, check=False)


def sync_with_uv(lock: str) -> bool:
    if not UV.exists():
        return False
    environment = {**os.environ, **uv_settings(pip_settings()), "VIRTUAL_ENV": sys.prefix}
    command = [str(UV), "pip", "sync", "--quiet", "--require-hashes", lock]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def remove_seeds() -> None:
    """What Python put into the new environment is as old as that Python, with its known holes. uv needs none of it."""
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    command = [str(UV), "pip", "uninstall", "--quiet", "setuptools", "pip"]
    subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False)


def pip_settings() -> dict[str, str]:
    """pip's own view of its files and variables; what comes later overrides what comes earlier."""
    listed = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    return parsed(listed)


def parsed(listed: str) -> dict[str, str]:
    """Lines such as `global.index-url='...'`, those of variables (`:env:`) winning."""
    settings: dict[str, str] = {}
    for line in sorted(listed.splitlines(), key=lambda text: text.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2].removeprefix("default-")] = str(ast.literal_eval(value))
    return settings


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """Every index is asked, as pip does; the hashes of the lock say which answer is right."""
    settings = {"UV_INDEX_STRATEGY": os.environ.get("UV_INDEX_STRATEGY", "unsafe-best-match")}
    for name, (variable, separator) in PASSED_ON.items():
        if name in pip and variable not in os.environ:
            settings[variable] = separator.join(pip[name].split())
    return settings


if __name__ == "__main__":
    main(sys.argv[1])
