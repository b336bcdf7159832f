"""Row sequences: what is in a batch, in which order, epoch by epoch."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hornbook.batching import PreparedRows, RowSequence, balanced_class_weights, chunks
from hornbook.data import TableStore
from hornbook.errors import DataError
from hornbook.features import (
    Feature,
    FeaturePipeline,
    NumericalRegular,
    TargetEncoder,
    TargetFormat,
    TargetLayout,
    Targets,
)

N_ROWS = 1000


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    numbers = np.arange(N_ROWS)
    frame = pd.DataFrame(
        {"x": numbers, "y": numbers * 2.0, "label": numbers % 3, "w": 1 + numbers % 2}
    )
    frame.to_csv(folder / "rows.csv", index=False)
    table = TableStore(folder / "store").read(folder / "rows.csv")
    pipeline = FeaturePipeline.fit(
        [Feature("x", NumericalRegular(rescaling="none"))], table.slices()
    )
    return PreparedRows(table, np.arange(N_ROWS), pipeline, Targets({"": TargetEncoder("y")}))


def read_epoch(sequence, order=None):
    sequence.on_epoch_begin()
    batches = [sequence[index] for index in order or range(len(sequence))]
    sequence.on_epoch_end()
    return batches


def rows_of(batches):
    return np.concatenate([inputs["main"][:, 0] for inputs, *_ in batches])


def test_an_unshuffled_epoch_holds_every_row_once_in_order(rows):
    sequence = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES))
    batches = read_epoch(sequence)
    assert len(sequence) == 32
    assert [len(target) for _, target in batches] == [32] * 31 + [8]
    np.testing.assert_array_equal(rows_of(batches), np.arange(N_ROWS))
    targets = np.concatenate([target for _, target in batches])
    assert targets.shape == (N_ROWS, 1)
    assert targets.dtype == np.float32
    np.testing.assert_array_equal(targets[:, 0], np.arange(N_ROWS) * 2)


def test_shuffled_epochs_hold_every_row_once_in_orders_of_their_own(rows):
    sequence = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES), shuffle=True, seed=1)
    first, second = (rows_of(read_epoch(sequence)) for _ in range(2))
    for epoch in (first, second):
        np.testing.assert_array_equal(np.sort(epoch), np.arange(N_ROWS))
    assert (first != second).any()
    again = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES), shuffle=True, seed=1)
    np.testing.assert_array_equal(rows_of(read_epoch(again)), first)
    other = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES), shuffle=True, seed=2)
    assert (rows_of(read_epoch(other)) != first).any()


def test_a_batch_is_the_same_however_it_is_asked_for(rows):
    in_order = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES), shuffle=True, seed=1)
    expected = read_epoch(in_order)
    order = list(np.random.default_rng(0).permutation(len(in_order)))
    jumping = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES), shuffle=True, seed=1)
    jumping.on_epoch_begin()
    for index in order:
        inputs, target = jumping[index]
        np.testing.assert_array_equal(inputs["main"], expected[index][0]["main"])
        np.testing.assert_array_equal(target, expected[index][1])


def test_blocks_smaller_than_an_epoch_change_nothing(rows, monkeypatch):
    layout = TargetLayout.single(TargetFormat.VALUES)
    expected = rows_of(read_epoch(RowSequence(rows, 32, layout, shuffle=True)))
    monkeypatch.setattr("hornbook.features.pipeline._MOST_BLOCK_ROWS", 100)
    rows = replace(rows, pipeline=replace(rows.pipeline))
    assert rows.block_rows == 100
    small = rows_of(read_epoch(RowSequence(rows, 32, layout, shuffle=True)))
    np.testing.assert_array_equal(small, expected)


@pytest.mark.parametrize("chunk_bytes", [1, 1000, 2**20])
def test_chunks_hold_the_batches_in_their_order(rows, monkeypatch, chunk_bytes):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", chunk_bytes)
    weighted = replace(rows, sample_weight="w")
    layout = TargetLayout.single(TargetFormat.VALUES)
    sequence, like = (RowSequence(weighted, 32, layout, shuffle=True, seed=1) for _ in range(2))
    assert sequence.gives_chunks
    for _ in range(2):
        expected = read_epoch(like)
        sequence.on_epoch_begin()
        found = [
            (sequence.decode_inputs(inputs, np), *others)
            for inputs, *others in sequence.encoded_chunks()
        ]
        sequence.on_epoch_end()
        assert all(len(target) % 32 == 0 for _, target, _ in found[:-1])
        np.testing.assert_array_equal(rows_of(found), rows_of(expected))
        for at in (1, 2):
            ours, theirs = (
                np.concatenate([one[at] for one in given]) for given in (found, expected)
            )
            np.testing.assert_array_equal(ours, theirs)


def test_an_epoch_of_chunks_that_was_left_is_begun_anew(rows, monkeypatch):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 1000)
    sequence = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES))
    for _ in range(2):
        sequence.on_epoch_begin()
        inputs, _ = next(sequence.encoded_chunks())
        assert sequence.decode_inputs(inputs, np)["main"][0, 0] == 0
    sequence.close()
    assert not [one for one in threading.enumerate() if one.name in ("read-blocks", "make-chunks")]


@pytest.mark.parametrize("limit", ["_FIRST_BLOCK_BYTES", "_FIRST_BLOCK_ROWS"])
def test_the_first_block_is_small_so_that_the_first_batch_comes_soon(rows, monkeypatch, limit):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 1)
    monkeypatch.setattr(chunks, limit, 4 * 64 if limit.endswith("BYTES") else 64)
    read, encode = [], PreparedRows.encode
    monkeypatch.setattr(
        PreparedRows,
        "encode",
        lambda self, positions: (read.append(len(positions)), encode(self, positions))[1],
    )
    sequence = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES))
    sequence.on_epoch_begin()
    list(sequence.encoded_chunks())
    # One row, to see how large they are; then blocks.
    assert read == [1, 64, 128, 256, 512, 40]


def test_a_chunk_has_so_many_rows_at_most_however_small_they_are(rows, monkeypatch):
    monkeypatch.setattr(chunks, "_MOST_CHUNK_ROWS", 320)
    sequence = RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES))
    sequence.on_epoch_begin()
    assert [len(target) for _, target in sequence.encoded_chunks()] == [320, 320, 320, 40]


def test_targets_of_many_classes_count_in_a_chunk(rows, monkeypatch):
    monkeypatch.setattr(chunks, "_CHUNK_BYTES", 1600)
    labelled = replace(rows, targets=Targets({"": TargetEncoder("label", (0, 1, 2))}))
    sequence = RowSequence(labelled, 10, TargetLayout.single(TargetFormat.ONE_HOT))
    sequence.on_epoch_begin()
    # A number and three classes are 16 bytes a row.
    assert [len(target) for _, target in sequence.encoded_chunks()] == [100] * 10


def test_only_whole_epochs_of_rows_as_they_are_come_in_chunks(rows):
    class Doubled(RowSequence):
        def __getitem__(self, index):
            inputs, target = super().__getitem__(index)
            return inputs, 2 * target

    layout = TargetLayout.single(TargetFormat.VALUES)
    assert not Doubled(rows, 32, layout).gives_chunks
    assert not RowSequence(rows, 32, layout, steps_per_epoch=4).gives_chunks

    class Shorter(RowSequence):
        def __len__(self):
            return 5

    assert not Shorter(rows, 32, layout).gives_chunks


def test_fewer_steps_go_on_through_the_rows(rows):
    sequence = RowSequence(rows, 100, TargetLayout.single(TargetFormat.VALUES), steps_per_epoch=4)
    assert len(sequence) == 4
    epochs = [rows_of(read_epoch(sequence)) for _ in range(5)]
    np.testing.assert_array_equal(np.concatenate(epochs), np.tile(np.arange(N_ROWS), 2))


def test_a_wrapper_that_passes_on_only_the_end_of_epochs_still_reshuffles(rows):
    sequence = RowSequence(rows, 100, TargetLayout.single(TargetFormat.VALUES), shuffle=True)
    sequence.on_epoch_end()
    first = rows_of([sequence[index] for index in range(len(sequence))])
    sequence.on_epoch_end()
    second = rows_of([sequence[index] for index in range(len(sequence))])
    assert (first != second).any()


def test_an_index_beyond_the_epoch_is_an_error(rows):
    with pytest.raises(IndexError):
        RowSequence(rows, 32, TargetLayout.single(TargetFormat.VALUES))[32]


def test_weights_multiply_and_only_class_weights_stay_out_of_the_target(rows):
    weighted = PreparedRows(
        rows.table,
        rows.rows,
        rows.pipeline,
        Targets({"": TargetEncoder("label", (0, 1, 2))}),
        sample_weight="w",
        class_weights={"": np.array([1, 10, 100], np.float32)},
    )
    _, target, weight = RowSequence(weighted, 6, TargetLayout.single(TargetFormat.ONE_HOT))[0]
    assert target.argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2]
    assert weight.tolist() == [1, 20, 100, 2, 10, 200]
    codes, alone = weighted.read_targets()
    assert codes[""][:3].tolist() == [0, 1, 2]
    assert alone[:3].tolist() == [1, 2, 1]


def test_sparse_targets_are_integer_codes(rows):
    labelled = PreparedRows(
        rows.table, rows.rows, rows.pipeline, Targets({"": TargetEncoder("label", (0, 1, 2))})
    )
    _, target = RowSequence(labelled, 4, TargetLayout.single(TargetFormat.CODES))[0]
    assert target.dtype == np.int32
    assert target.tolist() == [[0], [1], [2], [0]]


@pytest.mark.parametrize("wrong", [None, -1.0, float("inf")])
def test_a_wrong_weight_is_named(wrong):
    from hornbook.batching import row_weights

    with pytest.raises(DataError, match="'w' holds"):
        row_weights(pl.Series("w", [1.0, wrong]))


def test_class_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    codes = np.random.default_rng(0).integers(0, 5, 500)
    np.testing.assert_allclose(
        balanced_class_weights(codes, 5),
        compute_class_weight("balanced", classes=np.arange(5), y=codes),
        rtol=1e-6,
    )


def test_a_class_without_rows_weighs_one():
    assert balanced_class_weights(np.array([0, 0, 2]), 3)[1] == 1.0


@pytest.mark.parametrize(("structure", "of"), [("list", [0, 1]), ("dict", ["value", "kind"])])
def test_several_outputs_have_targets_and_weights_of_their_own(rows, structure, of):
    targets = Targets({"value": TargetEncoder("y"), "kind": TargetEncoder("label", (0, 1, 2))})
    formats = {"value": TargetFormat.VALUES, "kind": TargetFormat.ONE_HOT}
    several = PreparedRows(
        rows.table,
        rows.rows,
        rows.pipeline,
        targets,
        sample_weight="w",
        class_weights={"kind": np.array([1, 10, 100], np.float32)},
    )
    _, target, weight = RowSequence(several, 3, TargetLayout(formats, structure))[0]
    # A tuple for a list: TensorFlow takes a list for one tensor.
    kind = dict if structure == "dict" else tuple
    assert type(target) is type(weight) is kind
    assert target[of[0]].tolist() == [[0], [2], [4]]
    assert target[of[1]].tolist() == np.eye(3).tolist()
    assert weight[of[0]].tolist() == [1, 2, 1]
    assert weight[of[1]].tolist() == [1, 20, 100]


def test_outputs_are_found_by_name_whatever_their_structure():
    formats = {"a": TargetFormat.VALUES, "b": TargetFormat.VALUES}
    one, two = np.ones(2), np.zeros(2)
    for structure, outputs in (("list", [one, two]), ("dict", {"b": two, "a": one})):
        layout = TargetLayout(formats, structure)
        named = layout.by_name(outputs)
        assert list(named) == ["a", "b"]
        assert named["a"].tolist() == [1, 1]
        assert isinstance(layout.structured(named), dict if structure == "dict" else tuple)
