"""A model on disk, ready to predict: of a session, of a saved model, or copied from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hornbook.registry import Registry, default_home
from hornbook.registry.model_folder import find_model_folder
from hornbook.serving.loading import ModelFiles
from hornbook.serving.open import open_predictor
from hornbook.training.trust import TrustedModels

if TYPE_CHECKING:
    import pandas as pd

    from hornbook.data import ReadOptions
    from hornbook.serving.row_predictor import RowPredictor

__all__ = ["LoadedModel", "load"]


class LoadedModel:
    """A model that predicts; it needs no open workspace and never changes.

    One thread uses it at a time. The network is loaded with the first prediction.

    Args:
        folder: of the model, with its folder `model` in it.
        home: the workspace's folder.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self._home = home
        self._predictor: RowPredictor | None = None

    @property
    def reference(self) -> str:
        """What commands call it: the name of its session or version, or else its folder."""
        return TrustedModels(self._home).name_of(self.folder)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predicts the rows of a pandas frame.

        Args:
            frame: with the columns the model was trained on; others are ignored.

        Returns:
            A frame with the same index: `prediction` and, for classes, `proba_<class>`.

        Raises:
            DataError: a column is missing.
        """
        predictor = self.predictor()
        # Only now, since it imports Keras, whose backend the line before has chosen.
        from hornbook.serving.predict_rows import predict_frame

        return predict_frame(predictor, frame)

    def predictor(self) -> RowPredictor:
        """The network loaded and ready to predict; loaded once."""
        if self._predictor is None:
            self._predictor = open_predictor(self.folder, self._home)
        return self._predictor

    @property
    def read_options(self) -> ReadOptions:
        """How a file with rows to predict is read."""
        return ModelFiles.read(self.folder, self._home).reading

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})"


def load(path_or_name: str | Path, home: Path | str | None = None) -> LoadedModel:
    """A model by its name or its folder, for predictions.

    Args:
        path_or_name: the name or id of a saved model, whose active version is meant, or
            `NAME@v2`; a session's name or `latest`; or a folder with a model in it.
        home: the workspace's folder; `HORNBOOK_HOME` or `~/.hornbook` when absent.

    Raises:
        NotFoundError: there is no such model; the message lists what exists.

    Example:
        model = hornbook.load("Titanic survival")
        model.predict(pandas.read_csv("new.csv"))
    """
    with Registry(Path(home) if home is not None else default_home()) as registry:
        return LoadedModel(find_model_folder(registry, path_or_name), registry.home)
