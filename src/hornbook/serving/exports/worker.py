"""The process that exports a model for a server, started by `module_command` with a request.

The request is a JSON file with `reference`, `folder`, `home`, `format`, `output` and `answer`; the
notes and the certificate, or why there are none, are written to the file that `answer` names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hornbook.atomic import write_json_atomically
from hornbook.errors import HornbookError
from hornbook.serving.exports import ExportSource, export_model

__all__ = ["main"]


def main(request: Path) -> None:
    """Exports what a request asks for and writes the answer."""
    asked = json.loads(request.read_text("utf-8"))
    folder, home = Path(asked["folder"]), Path(asked["home"])
    source = ExportSource.named(asked["reference"], folder, home)
    answer: dict[str, Any]
    try:
        answer = export_model(source, asked["format"], Path(asked["output"])).to_json()
    except HornbookError as error:
        answer = {"error": error.message, "fix": error.fix}
    write_json_atomically(Path(asked["answer"]), answer)
