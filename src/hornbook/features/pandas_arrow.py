"""Pandas objects as the bytes of Arrow files."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["arrow_of", "from_arrow"]


def arrow_of(value: Any) -> NDArray[np.uint8] | None:
    """A pandas object as an Arrow file, or `None` if it would not come back the same."""
    frame, kind = value, "frame"
    if isinstance(value, pd.Index):
        frame, kind = pd.DataFrame(index=value), "index"
    elif isinstance(value, pd.Series):
        frame, kind = value.to_frame(), "series" if value.name is not None else "unnamed"
    try:
        with warnings.catch_warnings():
            # Of names that Arrow has no types for; the comparison below sees them.
            warnings.simplefilter("ignore")
            table = pa.Table.from_pandas(frame, preserve_index=True)
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"kind": kind})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        array = np.frombuffer(sink.getvalue(), np.uint8)
        again = from_arrow(array)
    except (pa.ArrowException, ValueError, TypeError, NotImplementedError):
        return None
    same = type(again) is type(value) and again.equals(value) and _forms(again) == _forms(value)
    return array if same else None


def from_arrow(array: NDArray[np.uint8]) -> Any:
    """The pandas object that `arrow_of` wrote; nothing is run."""
    table = pa.ipc.open_file(pa.py_buffer(array.tobytes())).read_all()
    kind = (table.schema.metadata or {}).get(b"kind", b"frame")
    frame = table.to_pandas()
    if kind == b"index":
        return frame.index
    if kind == b"frame":
        return frame
    series = frame.iloc[:, 0]
    return series.rename(None) if kind == b"unnamed" else series


def _forms(value: Any) -> list[Any]:
    """What `equals` does not look at: types and names."""
    if isinstance(value, pd.Index):
        return [type(value), list(value.names), str(value.dtype)]
    if isinstance(value, pd.Series):
        return [value.name, value.dtype, *_forms(value.index)]
    return [list(value.dtypes), *_forms(value.columns), *_forms(value.index)]
