"""What every finding must hold to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from hornbook.diagnostics import Diagnostic

Found = Callable[[Iterable[Diagnostic]], dict[str, Diagnostic]]


@pytest.fixture
def found() -> Found:
    """Findings by id, each held to the form that all have."""

    def collect(diagnostics: Iterable[Diagnostic]) -> dict[str, Diagnostic]:
        by_id: dict[str, Diagnostic] = {}
        for one in diagnostics:
            assert str(one.id) not in by_id
            by_id[str(one.id)] = one
            assert one.message[0].isupper() or one.message[0] in "'0123456789"
            assert one.message.endswith(".")
            assert one.fix.endswith((".", ")", "'"))
            text = json.dumps(one.to_json(), allow_nan=False)
            assert Diagnostic.from_json(json.loads(text)).message == one.message
        return by_id

    return collect
