"""Opening a predictor of a model on disk; Keras is imported when it is asked for, not before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hornbook.backends.open import open_some_backend
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.resources import DesignResources
from hornbook.training.trust import TrustedModels

if TYPE_CHECKING:
    from hornbook.serving.predict import Predictor

__all__ = ["open_predictor"]


def open_predictor(folder: Path, home: Path) -> Predictor:
    """A model loaded and ready to predict; the first one imports Keras, which takes seconds.

    Args:
        folder: of the model, as `find_model_folder` and `Workspace.model_folder` find it.
        home: the workspace's folder: its list of trusted models says whose code may be run, and
            its managed folders hold images.

    Raises:
        HornbookError: the network cannot be loaded.
        UntrustedModelError: only code that the workspace does not trust could load it.
    """
    resources = DesignResources.of_model(folder, home)
    artifact = ModelArtifact.read(folder / MODEL_FOLDER, resources)
    open_some_backend(artifact.backend)
    # Only now, since it imports Keras, whose backend the line before has chosen.
    from hornbook.serving.predict import Predictor

    return Predictor(artifact, TrustedModels(home))
