from __future__ import annotations

import json
import math

import numpy as np

from hornbook.diagnostics import Diagnostic, DiagnosticId, Severity


def test_numbers_become_json_whatever_they_were() -> None:
    numbers = {
        "count": np.int64(3),
        "share": np.float32(0.5),
        "undefined": math.nan,
        "pairs": [("a", np.bool_(True))],
        "by_class": {1: np.float64(np.inf)},
    }
    one = Diagnostic(DiagnosticId.TOO_GOOD, Severity.INFO, "Found.", "Mend it.", numbers)
    values = json.loads(json.dumps(one.to_json(), allow_nan=False))
    assert values["numbers"] == {
        "count": 3,
        "share": 0.5,
        "undefined": None,
        "pairs": [["a", True]],
        "by_class": {"1": None},
    }
