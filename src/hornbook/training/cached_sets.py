"""The preprocessed sets of a training: those of earlier trainings again, or new ones to be kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import hornbook
from hornbook.batching import PreparedRows, RecordLayout, RowCache
from hornbook.data import SetCache
from hornbook.data.set_recipes import NotedSet, SetRecipes
from hornbook.design import DesignFolder
from hornbook.errors import DataError
from hornbook.training.set_recipe import digests_of_code, set_recipe

__all__ = ["CachedSets"]


class CachedSets:
    """Gives the sets of one training their caches.

    A set is known by a fingerprint of all that its arrays are made of: the content of the table,
    the numbers of the rows, the fitted features, the targets and weights, files of images, and the
    code of the design where features run code of the user's own. Any other setting, such as the
    network or the number of epochs, may change between trainings that share a set.

    Owned by the thread that trains.

    Args:
        design: the design, frozen or not.
        home: the workspace's folder.

    Attributes:
        reused: when the sets were computed that an earlier training has left, by their names.
        notes: why a set is not cached, if one is not.
    """

    def __init__(self, design: DesignFolder, home: Path) -> None:
        self.reused: dict[str, datetime] = {}
        self.notes: list[str] = []
        self._design = design
        self._store = SetCache.of_workspace(home)
        self._recipes = SetRecipes.of_workspace(home)
        self._recipe = set_recipe(design)
        self._noted: list[NotedSet] = []
        self._open: list[RowCache] = []

    def attach(self, name: str, rows: PreparedRows) -> PreparedRows:
        """The same rows, with a cache, where the design wants one and there is room for it.

        Args:
            name: of the set, e.g. `"train"`.
            rows: without a cache.
        """
        if not self._design.task.training.cache_preprocessed:
            self._noted.append(NotedSet(name, len(rows)))
            return rows
        layout = rows.layout()
        key = self._fingerprint(rows, layout)
        self._noted.append(NotedSet(name, len(rows), key))
        found = self._store.open(key, layout.dtype)
        if found is not None:
            kept, records = found
            self.reused[name] = kept.computed
            return replace(rows, cache=RowCache(layout, records=records, computed=kept.computed))
        title = f"{name} rows of {Path(rows.table.source).name}"
        try:
            new = self._store.begin(key, title, layout.dtype, len(rows))
        except DataError as error:
            self.notes.append(f"Preprocessed data is not cached. {error}")
            return rows
        cache = RowCache(layout, store=self._store, new=new)
        self._open.append(cache)
        return replace(rows, cache=cache)

    def close(self) -> None:
        """Keeps complete sets, removes the others, and notes what sets there were."""
        for cache in self._open:
            cache.close()
        self._open.clear()
        if self._recipe is not None and self._noted:
            self._recipes.note(self._recipe, self._noted)

    def _fingerprint(self, rows: PreparedRows, layout: RecordLayout) -> str:
        digest = hashlib.blake2b(digest_size=16)
        known: list[Any] = [
            hornbook.__version__,
            rows.table.fingerprint,
            rows.fitted,
            layout.spelled(),
            rows.sample_weight,
            {name: weights.tolist() for name, weights in rows.class_weights.items()},
            {name: repr(encoder) for name, encoder in rows.targets.encoders.items()},
        ]
        if any(one.handling.code_file(one.column) for one in rows.pipeline.features):
            known.append(digests_of_code(self._design))
        digest.update(json.dumps(known).encode())
        digest.update(rows.rows.tobytes())
        rows.pipeline.update_digest(digest)
        for handling in rows.pipeline.fitted:
            if handling.reads_files:
                series = rows.table.take(rows.rows, [handling.column])[handling.column]
                digest.update(handling.digest_of_files(series))
        return digest.hexdigest()
