"""Models made ready to predict, from their folders."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Self

from hornbook.data import ReadOptions, RowStream, open_rows
from hornbook.errors import DataError
from hornbook.features import FeatureType, Resources
from hornbook.training.artifact import MODEL_FOLDER, ModelArtifact
from hornbook.training.partitions import PARTITIONS_FILE, Partitions
from hornbook.training.resources import DesignResources

__all__ = ["ModelFiles"]


@dataclass(frozen=True)
class ModelFiles:
    """A trained model on disk, what it reads, and from where; nothing of it runs.

    Attributes:
        folder: of its session or version.
        artifact: what is in there.
        partitions: of a version that has submodels.
        submodels: by the values of the partitions' column.
    """

    folder: Path
    artifact: ModelArtifact
    partitions: Partitions | None = None
    submodels: Mapping[str, ModelFiles] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, home: Path, images: Path | None = None) -> Self:
        """Reads a model.

        Args:
            folder: of its session or version.
            home: the workspace's folder.
            images: where the paths of images start, in place of the folder of the training.
        """
        whole = cls._read_one(folder, home, images)
        partitions = Partitions.read(folder / PARTITIONS_FILE)
        if partitions is None:
            return whole
        submodels = {
            value: cls._read_one(submodel, home, images)
            for value, submodel in partitions.submodels(folder).items()
        }
        return replace(whole, partitions=partitions, submodels=submodels)

    @classmethod
    def _read_one(cls, folder: Path, home: Path, images: Path | None) -> Self:
        resources: Resources = DesignResources.of_model(folder, home)
        if images is not None:
            resources = _WithImages(resources, images)
        return cls(folder, ModelArtifact.read(folder / MODEL_FOLDER, resources))

    @property
    def reading(self) -> ReadOptions:
        """How files with rows are read."""
        reading = self.artifact.reading
        return reading if self.partitions is None else self.partitions.reading(reading)

    @property
    def table_columns(self) -> tuple[str, ...]:
        """The columns that rows must have."""
        models = (self, *self.submodels.values())
        of_models = (name for model in models for name in model.artifact.pipeline.columns)
        by = () if self.partitions is None else (self.partitions.column,)
        return tuple(dict.fromkeys((*of_models, *by)))

    @property
    def image_column(self) -> str | None:
        """The column of paths, where the model predicts from images alone."""
        features = self.artifact.pipeline.features
        if (
            self.partitions is not None
            or len(features) != 1
            or features[0].handling.feature_type is not FeatureType.IMAGE
        ):
            return None
        return features[0].column

    def rows(
        self, source: str, *, types: dict[str, str] | None = None, as_json: bool = False
    ) -> RowStream:
        """The rows of an input, read as the training data were.

        Args:
            source: a path, or the URL of a table.
            types: storages of further columns, such as targets.
            as_json: whether values of JSON lines that are kept stay JSON.

        Raises:
            NotFoundError: there is no such file.
            DataError: it cannot be read as rows.
        """
        options = self.reading
        if types:
            options = replace(options, types={**options.types, **types})
        rows = open_rows(source, options, image_column=self.image_column, as_json=as_json)
        if not rows.columns:
            raise DataError(f"{rows.name} has no columns.", fix="Give a file with rows.")
        return rows


@dataclass(frozen=True)
class _WithImages:
    """The resources of a model, but for its folder of images."""

    resources: Resources
    images: Path

    def code(self, file: str) -> ModuleType:
        return self.resources.code(file)

    def running(self) -> AbstractContextManager[None]:
        return self.resources.running()

    def folder(self, name: str) -> Path:
        del name
        return self.images
