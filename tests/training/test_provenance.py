from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import hornbook
from hornbook.data import TableStore
from hornbook.training.provenance import Environment, Provenance


@pytest.fixture
def table(tmp_path):
    (tmp_path / "rows.csv").write_text("x,y\n1,0\n2,1\n3,0\n")
    return TableStore(tmp_path / "tables").read(tmp_path / "rows.csv")


def test_it_comes_back_as_it_was_written(table, tmp_path):
    written = Provenance.of_training(table, table, np.array([2, 0]), "jax")
    written.write(tmp_path)
    assert Provenance.read(tmp_path) == written
    assert written.train.path == str(tmp_path / "rows.csv")
    assert (written.train.rows, written.train.fingerprint) == (3, table.fingerprint)
    assert Provenance.read(tmp_path / "tables") is None


def test_the_software_is_that_of_this_process():
    found = Environment.of_this_process("jax")
    assert found.hornbook == hornbook.__version__
    assert found.packages["keras"] == found.keras
    assert found.packages["jax"] == found.backend_version


def test_models_are_measured_alike_on_the_same_rows_of_the_same_table(table):
    one = Provenance.of_training(table, table, np.array([2, 0]), "jax")
    assert one.is_measured_like(Provenance.of_training(table, table, np.array([0, 2]), "jax"))
    assert not one.is_measured_like(Provenance.of_training(table, table, np.array([0, 1]), "jax"))
    assert not one.is_measured_like(replace(one, test=replace(one.test, fingerprint="other")))
    unknown = Provenance.of_training(table, table, None, "jax")
    assert not unknown.is_measured_like(unknown)
