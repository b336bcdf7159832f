"""What a training has come to, as its model tells it, here and from a server."""

from __future__ import annotations

from hornbook.training.result import TrainingResult

__all__ = ["TrainedFigures"]


class TrainedFigures:
    """The figures of a model's training."""

    _result: TrainingResult

    @property
    def metrics(self) -> dict[str, float | None]:
        """The metrics of the kept epoch on the test set, by their exact spelling."""
        return self._result.metrics

    @property
    def metric_margins(self) -> dict[str, float | None]:
        """Of a cross-test: twice the standard deviation of each metric over the folds."""
        return self._result.metric_margins

    @property
    def history(self) -> dict[str, list[float | None]]:
        """Every number of every epoch, by its name in Keras' logs, e.g. `"Test ROC AUC"`."""
        return self._result.history

    @property
    def threshold(self) -> float | None:
        """Binary only: from which probability on a row is positive."""
        return self._result.threshold

    @property
    def best_epoch(self) -> int | None:
        """The kept epoch, counted from 1."""
        return self._result.best_epoch
