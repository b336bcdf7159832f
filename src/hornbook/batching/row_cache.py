"""The preprocessed rows of one set, kept as they are first made."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hornbook.batching.record_layout import RecordLayout, UnfitValuesError
from hornbook.data import NewSet, RecordFile, SetCache

__all__ = ["RowCache"]


class RowCache:
    """Gives rows that were preprocessed before; takes those that were not.

    Rows come in any order, in each training of the set anew. Once all are there the set is put
    where later trainings find it, by a thread, since that may take seconds.

    Any number of threads may read and write at once.

    Args:
        layout: of the rows.
        records: all of them, where the set is kept already.
        computed: when these were made.
        store: where to keep a new set.
        new: the set to fill, where there is none.

    Attributes:
        computed: when the set was made, if it was by an earlier training.
    """

    def __init__(
        self,
        layout: RecordLayout,
        *,
        records: RecordFile | None = None,
        computed: datetime | None = None,
        store: SetCache | None = None,
        new: NewSet | None = None,
    ) -> None:
        self.computed = computed
        self._layout = layout
        self._store, self._new = store, new
        self._records = records if new is None else new.records
        self._missing = 0 if new is None else len(new.records)
        self._is_there = np.zeros(self._missing, np.bool_)
        self._lock = threading.Lock()
        self._keeping: threading.Thread | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all rows are there."""
        return self._records is not None and not self._missing

    def take(self, places: NDArray[np.int64]) -> dict[str, NDArray[Any]] | None:
        """The arrays of the rows at these places, or `None` where one is not there.

        Args:
            places: of the rows in the set, in any order.
        """
        records = self._records
        if records is None or (self._missing and not self._is_there[places].all()):
            return None
        return self._layout.unpack(records.take(places))

    def put(self, places: NDArray[np.int64], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Takes rows in.

        Rows with values that could not be read back as they are end the caching of the set.

        Args:
            places: of the rows in the set, ascending.
            arrays: of the rows.
        """
        records = self._records
        if records is None or not self._missing:
            return
        try:
            packed = self._layout.pack(arrays)
        except UnfitValuesError:
            self.close()
            return
        records.put(places, packed)
        with self._lock:
            added = places[~self._is_there[places]]
            self._is_there[added] = True
            self._missing -= len(added)
            if not self._missing and self._keeping is None and self._new is not None:
                self._keeping = threading.Thread(target=self._keep, name="keep-set")
                self._keeping.start()

    def close(self) -> None:
        """Waits for a complete set to be kept; discards one that is not. Reading goes on."""
        if self._keeping is not None:
            self._keeping.join()
        elif self._new is not None and self._store is not None and self._missing:
            self._records = None
            self._store.discard(self._new)

    def _keep(self) -> None:
        if self._store is not None and self._new is not None:
            try:
                self._store.keep(self._new)
            except OSError:
                # The rows stay readable to this training, and the next one makes them anew.
                self._store.discard(self._new)
