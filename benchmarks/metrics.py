"""All metrics of ten million binary test rows beside one `sklearn.metrics.roc_auc_score`.

Hornbook computes Accuracy, Precision, Recall, F1 Score, Cost Matrix Gain, Log Loss, Cumulative
Lift, ROC AUC, Average Precision, the calibration loss and the best threshold. Both get the same
arrays, in one process, in turns.
"""

from __future__ import annotations

from benchmarks.measured import Line, median, run_python

N_ROWS = 10_000_000
CODE = """
import json, sys, time
import numpy as np
from sklearn.metrics import roc_auc_score
from hornbook.metrics import Measurer, PredictionType
n_rows, runs = int(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(0)
score = 1 / (1 + np.exp(-random.normal(size=n_rows)))
# What a network gives: float32, kept as float64.
score = score.astype(np.float32).astype(np.float64)
truth = (random.random(n_rows) < score).astype(np.int64)
measurer = Measurer(PredictionType.BINARY, metric="ROC AUC")
sides = {
    "ours": lambda: measurer.measure(truth, score).metrics["ROC AUC"],
    "theirs": lambda: roc_auc_score(truth, score),
}
seconds = {name: [] for name in sides}
values = {}
for _ in range(runs):
    for name, side in sides.items():
        started = time.perf_counter()
        values[name] = side()
        seconds[name].append(time.perf_counter() - started)
assert abs(values["ours"] - values["theirs"]) < 1e-9, values
print(json.dumps(seconds))
"""


def lines(runs: int) -> list[Line]:
    seconds = run_python(["-c", CODE, str(N_ROWS), str(runs)]).value
    return [
        Line(
            "10 M binary rows, all metrics",
            "sklearn.metrics.roc_auc_score alone",
            "s",
            median(seconds["ours"]),
            median(seconds["theirs"]),
            "≤ 3",
            runs=seconds,
        )
    ]
