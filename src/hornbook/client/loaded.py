"""A model on disk, ready to predict: of a session, of a saved model, or copied from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hornbook.client.remote_models import RemoteLoadedModel
from hornbook.client.remote_workspace import connect
from hornbook.errors import UsageError
from hornbook.registry import Registry, default_home
from hornbook.registry.model_folder import find_model_folder
from hornbook.serving.evaluate_model import evaluate_model, evaluation_store
from hornbook.serving.evaluation_record import Evaluation
from hornbook.serving.exports import ExportReport, ExportSource, export_model
from hornbook.serving.loading import ModelFiles
from hornbook.serving.open import open_predictor
from hornbook.serving.score_model import score_model
from hornbook.serving.scoring_options import ScoringOptions, ScoringResult
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

    def score(
        self, source: Path | str, output: Path | str, options: ScoringOptions | None = None
    ) -> ScoringResult:
        """Scores rows of any number; broken off, the same call goes on where it was.

        Args:
            source: a file, a folder of images, or a URL such as `sqlite:///x.db?table=rows`.
            output: a `.csv`, `.parquet` or `.jsonl` file, or such a URL.
            options: threshold, columns to keep, batch size.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
            UsageError: the output cannot be written as it is named.
        """
        return score_model(self.folder, self._home, str(source), str(output), options=options)

    def evaluate(self, source: Path | str, *, with_rows: bool = False) -> Evaluation:
        """Measures it on new rows, tells how far these are from its own, and keeps that.

        Args:
            source: as for `score`; with the target's column, or else only drift is told.
            with_rows: whether to keep each row with its truth and prediction.

        Raises:
            DataError: the input lacks a column or is damaged, or none of its rows can be scored.
        """
        return evaluate_model(self.folder, self._home, str(source), with_rows=with_rows)

    def evaluations(self) -> list[Evaluation]:
        """The evaluations of a session's model, or of all versions of a saved model."""
        return evaluation_store(self.folder).all()

    def export(
        self, format_name: str, path: Path | str | None = None, *, force: bool = False
    ) -> ExportReport:
        """Writes it for other tools.

        Args:
            format_name: `"python"`, `"onnx"`, `"mlflow"`, `"keras"`, `"savedmodel"` or
                `"notebook"`.
            path: the file or folder to write; `model…` in the current folder when absent.
            force: replace what was exported there before.

        Returns:
            Where it is, and what to know of it.

        Raises:
            UsageError: there is something at the path already.
            ExportError: the model cannot be written in this format; it lists all reasons.
        """
        source = ExportSource(self.reference, self.folder, self._home)
        return export_model(source, format_name, Path(path) if path else None, force=force)

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


def load(
    path_or_name: str | Path, home: Path | str | None = None, *, token: str | None = None
) -> LoadedModel | RemoteLoadedModel:
    """A model by its name or its folder, for predictions.

    Args:
        path_or_name: the name or id of a saved model, whose active version is meant, or
            `NAME@v2`; a session's name or `latest`; or a folder with a model in it. After the
            address of a server and `#`, that server's model: `https://HOST#NAME`.
        home: the workspace's folder; `HORNBOOK_HOME` or `~/.hornbook` when absent.
        token: of the server; `HORNBOOK_TOKEN` when absent.

    Raises:
        NotFoundError: there is no such model; the message lists what exists.
        RemoteError: the server cannot be reached, or does not let one in.

    Example:
        model = hornbook.load("Titanic survival")
        model.predict(pandas.read_csv("new.csv"))
    """
    if isinstance(path_or_name, str) and path_or_name.startswith(("http://", "https://")):
        address, _, name = path_or_name.partition("#")
        if not name:
            raise UsageError(
                "Received the address of a server, expected that of a model.",
                fix=f"Write {address}#NAME.",
            )
        return connect(address, token=token).load(unquote(name))
    with Registry(Path(home) if home is not None else default_home()) as registry:
        return LoadedModel(find_model_folder(registry, path_or_name), registry.home)
