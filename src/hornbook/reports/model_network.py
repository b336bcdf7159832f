"""The network of a trained model, without opening Keras."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from hornbook.errors import NotFoundError
from hornbook.training.artifact import MODEL_FOLDER
from hornbook.training.network import read_network

__all__ = ["ModelNetwork", "NetworkLayer", "model_network"]


class NetworkLayer(BaseModel):
    """A layer of a network."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    shape: list[int | None] | None = Field(description="of its output; null is the rows")
    parameters: int | None
    inputs: list[str] | None = Field(description="the layers that feed it; null if not known")


class ModelNetwork(BaseModel):
    """A network, layer by layer."""

    model_config = ConfigDict(frozen=True)

    layers: list[NetworkLayer]
    parameters: int | None
    trainable_parameters: int | None


def model_network(session_folder: Path) -> ModelNetwork:
    """The layers of a session's kept model.

    Args:
        session_folder: of a session with a model.

    Raises:
        NotFoundError: the model was trained before this was kept.
    """
    kept = read_network(session_folder / MODEL_FOLDER)
    if kept is None:
        raise NotFoundError(
            "The layers were not kept with this model.", fix="Train it again: they are kept since."
        )
    return ModelNetwork.model_validate(kept)
