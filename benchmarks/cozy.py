"""The peer of filter, save and link: cozy-konnector-libs from npm, outside the project, with its data in memory."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

__all__ = ["run_node"]

PACKAGE = {
    "private": True,
    "dependencies": {"cozy-konnector-libs": "5.13.0"},
    "overrides": {"geco": "0.11.1", "react-native-google-play-integrity": "npm:is-number@7.0.0"},
}
ENVIRON = {"NODE_ENV": "standalone", "LOG_LEVEL": "critical", "COZY_FIELDS": '{"folder_to_save":"."}'}


def run_node(script: str, given: Any) -> Any:
    """Run a script beside the installed package: JSON on its standard input, and as the last line of its output."""
    folder = _installed()
    (folder / "script.js").write_text(script, "utf-8")
    done = subprocess.run(
        ["node", "--stack-size=4000", "script.js"],
        cwd=folder,
        env={**os.environ, **ENVIRON},
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit("The peer failed: see above.")
    return json.loads(done.stdout.splitlines()[-1])


def _installed() -> Path:
    """The folder that it is in, which takes half a minute to make, once."""
    folder = user_cache_path("toolkit-benchmarks") / "cozy-konnector-libs"
    if (folder / "node_modules" / "cozy-konnector-libs").is_dir():
        return folder
    if shutil.which("npm") is None:
        sys.exit("This benchmark has a peer that needs Node and npm: install them first.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(PACKAGE), "utf-8")
    command = ["npm", "install", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if subprocess.run(command, cwd=folder, check=False, stdout=sys.stderr).returncode:
        shutil.rmtree(folder)
        sys.exit("npm could not install cozy-konnector-libs: is a registry to be reached?")
    return folder
