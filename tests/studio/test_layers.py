"""The pages' own layers: app, then features, then what they share; features know no other."""

from __future__ import annotations

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "studio" / "src"
LAYERS = ("app", "features", "shared")


def imported(path: Path) -> list[Path]:
    """The files of ours that a file imports, relative to the source folder."""
    found = re.findall(r"""(?:from|import\()\s*["']([@.][^"']*)["']""", path.read_text("utf-8"))
    targets = [
        SOURCE / one.removeprefix("@/") if one.startswith("@/") else path.parent / one
        for one in found
    ]
    return [target.resolve().relative_to(SOURCE) for target in targets]


def test_imports_go_downward_only():
    wrong = []
    for path in sorted(SOURCE.rglob("*.ts*")):
        here = path.relative_to(SOURCE)
        if here.parts[0] not in LAYERS:
            continue
        for target in imported(path):
            upward = LAYERS.index(target.parts[0]) < LAYERS.index(here.parts[0])
            both_features = here.parts[0] == target.parts[0] == "features"
            if upward or (both_features and here.parts[1] != target.parts[1]):
                wrong.append(f"{here} imports {target}")
    assert wrong == []


def test_the_rule_looks_at_something():
    page = SOURCE / "features" / "report" / "ReportPage.tsx"
    assert Path("shared/api/client") in imported(page)
