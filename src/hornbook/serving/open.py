"""Opening a predictor of a model on disk; Keras is imported when it is asked for, not before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hornbook.backends.open import open_some_backend
from hornbook.serving.loading import ModelFiles
from hornbook.training.trust import TrustedModels

if TYPE_CHECKING:
    from hornbook.serving.row_predictor import RowPredictor

__all__ = ["open_predictor", "predictor_of"]


def open_predictor(folder: Path, home: Path) -> RowPredictor:
    """A model loaded and ready to predict; the first one imports Keras, which takes seconds.

    Args:
        folder: of the model, as `find_model_folder` and `Workspace.model_folder` find it.
        home: the workspace's folder: its list of trusted models says whose code may be run, and
            its managed folders hold images.

    Raises:
        HornbookError: the network cannot be loaded.
        UntrustedModelError: only code that the workspace does not trust could load it.
    """
    return predictor_of(ModelFiles.read(folder, home), home)


def predictor_of(files: ModelFiles, home: Path) -> RowPredictor:
    """The model of some files, with its submodels where it has such; as `open_predictor`."""
    open_some_backend(files.artifact.backend)
    # Only now, since these import Keras, whose backend the line before has chosen.
    from hornbook.serving.partitioned import PartitionedPredictor
    from hornbook.serving.predict import Predictor

    trusted = TrustedModels(home)
    whole = Predictor(files.artifact, trusted)
    if files.partitions is None:
        return whole
    submodels = {
        value: Predictor(submodel.artifact, trusted) for value, submodel in files.submodels.items()
    }
    return PartitionedPredictor(whole, files.partitions.column, submodels)
