from __future__ import annotations

import pytest

from hornbook.errors import UsageError
from hornbook.registry import Registry
from hornbook.reports import compare_models

from ..kept_sessions import frozen, keep_model

TASK = """
[dataset]
path = "people.csv"

[target]
column = "bought"
type = "binary"

[training]
epochs = {epochs}
"""


@pytest.fixture
def folders(home, tmp_path):
    """Two models whose designs, code, data and software differ."""
    with Registry(home) as registry:
        task = registry.ensure_task(tmp_path / "task")
        sessions = [registry.create_session(task) for _ in range(2)]
        for number, session in enumerate(sessions):
            (session.folder / "design").mkdir()
            frozen(session).write_text(TASK.format(epochs=10 + number))
            code = f"def build_model():\n    units = {8 * (number + 1)}\n    return units\n"
            frozen(session, "architecture.py").write_text(code)
            frozen(session, "same.py").write_text("x = 1\n")
            keep_model(
                registry,
                session,
                value=0.8 + number / 10,
                fingerprint="ab"[number] * 4,
                packages={"keras": f"3.1{number}", "numpy": "2.0"},
                epochs=10 + number,
            )
    return {f"v{number}": session.folder for number, session in enumerate(sessions, 1)}


def values(rows):
    return {row.name: row.values for row in rows}


def test_models_stand_side_by_side(folders):
    compared = compare_models(folders)
    assert compared.models == ["v1", "v2"]
    assert (compared.metric, compared.greater_is_better) == ("ROC AUC", True)
    assert values(compared.metrics) == {
        "Accuracy": [0.4, pytest.approx(0.45)],
        "ROC AUC": [0.8, pytest.approx(0.9)],
    }
    assert values(compared.settings) == {"training.epochs": [10, 11]}
    assert values(compared.packages) == {"keras": ["3.10", "3.11"]}
    assert values(compared.facts) == {
        "epochs": [10, 11],
        "train data fingerprint": ["aaaa", "bbbb"],
        "test data fingerprint": ["aaaa", "bbbb"],
    }
    assert compared.same_test_rows is False


def test_code_is_held_against_the_first(folders):
    [difference] = compare_models(folders).code
    assert (difference.file, difference.before, difference.after) == (
        "architecture.py",
        "v1",
        "v2",
    )
    assert difference.diff.splitlines() == [
        "--- v1/architecture.py",
        "+++ v2/architecture.py",
        "@@ -1,3 +1,3 @@",
        " def build_model():",
        "-    units = 8",
        "+    units = 16",
        "     return units",
    ]


def test_what_is_not_known_is_not_said(folders):
    (folders["v2"] / "provenance.json").unlink()
    compared = compare_models(folders)
    assert compared.same_test_rows is None
    assert compared.packages == []
    assert values(compared.facts)["train data fingerprint"] == ["aaaa", None]
    compared = compare_models({"a": folders["v1"], "b": folders["v1"]})
    assert compared.same_test_rows is True
    assert (compared.settings, compared.code, compared.facts) == ([], [], [])


def test_one_model_is_no_comparison(folders):
    with pytest.raises(UsageError, match="needs two models, got v1"):
        compare_models({"v1": folders["v1"]})
