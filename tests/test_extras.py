from __future__ import annotations

import json
import sys

import pytest

from hornbook.errors import MissingExtraError
from hornbook.extras import import_extra


def test_what_is_installed_is_imported() -> None:
    assert import_extra("json", extra="some", wanted_by="This") is json


def test_what_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError) as raised:
        import_extra("sklearn.ensemble", extra="reduction", wanted_by="This step")
    assert str(raised.value) == (
        "This step needs the package 'sklearn', which is not installed.\n"
        "  Fix: pip install 'hornbook[reduction]'"
    )


def test_a_module_that_an_installed_package_lacks_is_another_matter() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"json\.no_such"):
        import_extra("json.no_such", extra="some", wanted_by="This")
