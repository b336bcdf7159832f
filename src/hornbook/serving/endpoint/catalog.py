"""The models of an endpoint: which versions answer, and who takes over from whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hornbook.errors import did_you_mean
from hornbook.serving.endpoint.refusal import RefusedError
from hornbook.serving.endpoint.served_version import ServedVersion
from hornbook.serving.endpoint.shares import chosen_version

__all__ = ["Catalog", "ServedModel"]


@dataclass
class ServedModel:
    """A saved model and its versions that answer; owned by the event loop.

    Attributes:
        name: as in the workspace.
        saved_model_id: its id, under which it is reached as well.
        versions: those that are loaded, by id.
        shares: of the versions.
    """

    name: str
    saved_model_id: str
    versions: dict[str, ServedVersion] = field(default_factory=dict)
    shares: tuple[tuple[str, float], ...] = ()

    def choose(self, unit: str | None, version_id: str | None) -> ServedVersion:
        """The version that answers a request.

        Args:
            unit: what the caller wants the same version for each time.
            version_id: the one that is asked for, if one is.

        Raises:
            RefusedError: 503, none is loaded yet; 404, it is not one of those that answer.
        """
        if not self.versions:
            raise RefusedError(
                503,
                f"The model '{self.name}' is not loaded yet.",
                fix="Wait until /ready answers 200.",
                headers={"retry-after": "1"},
            )
        if version_id is None:
            return self.versions[chosen_version(self.saved_model_id, self.shares, unit)]
        found = self.versions.get(version_id)
        if found is None:
            raise RefusedError(
                404,
                f"The version '{version_id[:100]}' of '{self.name}' is not served; served: "
                f"{', '.join(self.versions)}.",
                fix=f"Ask for one of these, or serve it: hornbook endpoint share '{self.name}' "
                "SHARES",
            )
        return found

    def switch(self, versions: Mapping[str, ServedVersion], shares: Mapping[str, float]) -> None:
        """From now on these versions answer; others end once their requests are answered."""
        gone = [old for name, old in self.versions.items() if versions.get(name) is not old]
        self.versions = dict(versions)
        self.shares = tuple(shares.items())
        for version in gone:
            version.retire()


class Catalog:
    """The models of an endpoint; owned by the event loop."""

    def __init__(self) -> None:
        self.models: dict[str, ServedModel] = {}
        self._by_id: dict[str, ServedModel] = {}

    def add(self, model: ServedModel) -> None:
        """Adds a model that is to be served."""
        self.models[model.name] = model
        self._by_id[model.saved_model_id] = model

    @property
    def is_ready(self) -> bool:
        """Whether each model has a version that answers."""
        return bool(self.models) and all(model.versions for model in self.models.values())

    def find(self, name: str) -> ServedModel:
        """The model of a name or id.

        Raises:
            RefusedError: 404, there is none.
        """
        model = self.models.get(name) or self._by_id.get(name)
        if model is None:
            raise RefusedError(
                404,
                f"There is no model '{name[:100]}' at this endpoint.",
                fix=did_you_mean(name[:100], self.models),
            )
        return model

    def versions(self) -> Iterator[ServedVersion]:
        """All loaded versions."""
        for model in self.models.values():
            yield from model.versions.values()
