"""Tables read in the background, with their progress told to the pages."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from hornbook.api.event_hub import EventHub
from hornbook.data import Dataset, Distribution, ReadOptions, Table, TableStore, column_distribution
from hornbook.errors import HornbookError

__all__ = ["ReadingState", "TableReadings"]

_WAIT_SECONDS = 0.5
_TELL_SECONDS = 0.2
_KEPT_DISTRIBUTIONS = 5_000


class ReadingState:
    """How far the reading of a dataset is.

    Attributes:
        done_bytes, total_bytes: of the file.
    """

    def __init__(self, future: Future[Table]) -> None:
        self.future = future
        self.done_bytes = 0
        self.total_bytes = 0


class TableReadings:
    """The tables of datasets: opened at once where they were read before, else read by a thread.

    Any thread may ask.

    Args:
        store: where tables are kept.
        hub: told of the progress, as `dataset` events.
    """

    def __init__(self, store: TableStore, hub: EventHub) -> None:
        self._store = store
        self._hub = hub
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="reading")
        self._lock = threading.Lock()
        self._readings: dict[str, ReadingState] = {}
        self._distributions: OrderedDict[tuple[str, str], Distribution] = OrderedDict()

    def begin(self, dataset: Dataset, wait_seconds: float = _WAIT_SECONDS) -> ReadingState:
        """Begins to read a dataset, unless that was done or is being done.

        Args:
            dataset: of a project.
            wait_seconds: for a reading that may be quick.
        """
        key = _key(dataset)
        with self._lock:
            state = self._readings.get(key)
            if state is None:
                state = ReadingState(Future())
                self._readings[key] = state
                self._threads.submit(self._read, dataset, state)
        with suppress(TimeoutError):
            state.future.exception(wait_seconds)
        return state

    def table(self, dataset: Dataset) -> Table:
        """The table of a dataset, waiting until it is read.

        Raises:
            DataError: the file cannot be read as a table.
        """
        return self.begin(dataset).future.result()

    def quick_table(self, path: Path, options: ReadOptions) -> Table | None:
        """The table of a file, if it was read before or is read in a moment; else it begins.

        Raises:
            DataError: the file cannot be read as a table.
        """
        named = Dataset(path.name, path.resolve(), options, datetime.now(UTC), is_upload=False)
        reading = self.begin(named)
        return reading.future.result() if reading.future.done() else None

    def forget(self, dataset: Dataset) -> None:
        """Reads the file anew the next time, if it has changed."""
        with self._lock:
            self._readings.pop(_key(dataset), None)

    def distribution(self, table: Table, column: str) -> Distribution:
        """The spread of a column, computed once."""
        key = (str(table.folder), column)
        with self._lock:
            known = self._distributions.get(key)
        if known is None:
            known = column_distribution(table, column)
            with self._lock:
                self._distributions[key] = known
                while len(self._distributions) > _KEPT_DISTRIBUTIONS:
                    self._distributions.popitem(last=False)
        return known

    def close(self) -> None:
        """Waits for readings that go on, and begins no more."""
        self._threads.shutdown(cancel_futures=True)

    def _read(self, dataset: Dataset, state: ReadingState) -> None:
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            state.done_bytes, state.total_bytes = done, total
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                self._tell(dataset, done, total)

        try:
            state.future.set_result(self._store.read(dataset.path, dataset.options, progress))
        except (HornbookError, OSError) as error:
            state.future.set_exception(error)
        except BaseException as error:
            state.future.set_exception(error)
            raise
        finally:
            self._tell(dataset, state.total_bytes, state.total_bytes)

    def _tell(self, dataset: Dataset, done: int, total: int) -> None:
        self._hub.publish("dataset", name=dataset.name, done_bytes=done, total_bytes=total)


def _key(dataset: Dataset) -> str:
    try:
        changed = dataset.path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return f"{dataset.path}\0{changed}\0{dataset.options.to_json()}"
