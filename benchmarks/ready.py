"""Writes the arrays that plain Keras trains on: `python -m benchmarks.ready DESIGN HOME ARRAYS`.

They are what the features of a design make of its train rows: `x`, `y`, and `rows`, their numbers
in the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from hornbook.data import TableStore
from hornbook.design import DesignFolder
from hornbook.training.prepare import open_tables, prepare_data
from hornbook.training.resources import DesignResources
from hornbook.training.user_code import UserCode


def main(folder: Path, home: Path, arrays: Path) -> None:
    design = DesignFolder.read(folder)
    resources = DesignResources.of_training(design, UserCode(design.path), home)
    tables = open_tables(design, TableStore(home / "datasets"))
    train = prepare_data(design, *tables, resources).train
    batch = train.read(np.arange(len(train)))
    (x,) = batch.inputs.values()
    (y,) = batch.targets.values()
    np.savez(arrays, x=x, y=y.astype(np.float32)[:, np.newaxis], rows=train.rows)
    print(len(train))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
