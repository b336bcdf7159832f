"""Batches prepared ahead: the same ones, no threads left behind, errors kept."""

from __future__ import annotations

import threading

import keras
import numpy as np
import pytest

from hornbook.batching import DataAugmentationSequence, PrefetchedSequence, prefetched


class Numbers(keras.utils.PyDataset):
    """Batches of a number that tells epoch and index; it says who asked for what."""

    takes_long = True

    def __init__(self, count=6):
        super().__init__()
        self.count = count
        self.epoch = 0
        self.fails_at = None
        self.asked = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.asked.append((threading.current_thread().name, index))
        if index == self.fails_at:
            raise ValueError(f"no batch {index}")
        value = np.full((2, 1), 100.0 * self.epoch + index, np.float32)
        return {"main": value}, value

    def on_epoch_begin(self):
        self.epoch += 1


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert threads() == []


def values(sequence, indices):
    return [float(sequence[index][1][0, 0]) for index in indices]


def test_batches_are_those_of_the_sequence_and_come_from_a_thread():
    wrapped = Numbers()
    ahead = PrefetchedSequence(wrapped)
    assert len(ahead) == 6
    for epoch in (1, 2):
        ahead.on_epoch_begin()
        assert values(ahead, range(6)) == [100.0 * epoch + index for index in range(6)]
        ahead.on_epoch_end()
    assert {name for name, _ in wrapped.asked} == {"prefetch"}
    assert [index for _, index in wrapped.asked] == [*range(6), *range(6)]


def test_only_a_few_are_prepared_ahead():
    wrapped = Numbers(50)
    ahead = PrefetchedSequence(wrapped, ahead=3)
    ahead.on_epoch_begin()
    assert values(ahead, range(10)) == [100.0 + index for index in range(10)]
    ahead.on_epoch_end()
    assert len(wrapped.asked) <= 10 + 3 + 1


def test_the_next_batches_are_ready_while_one_is_worked_on():
    wrapped = Numbers()
    reached = threading.Event()
    original = wrapped.__getitem__

    class Watched(Numbers):
        def __getitem__(self, index):
            if index == 3:
                reached.set()
            return original(index)

    ahead = PrefetchedSequence(Watched())
    ahead.on_epoch_begin()
    _ = ahead[0]
    assert reached.wait(5)
    ahead.close()


def test_batches_out_of_order_or_outside_an_epoch_are_prepared_on_the_spot():
    wrapped = Numbers()
    ahead = PrefetchedSequence(wrapped)
    assert values(ahead, [0, 1]) == [0.0, 1.0]
    ahead.on_epoch_begin()
    assert values(ahead, [4, 2, 0, 1, 5, 2, 3]) == [104.0, 102.0, 100.0, 101.0, 105.0, 102.0, 103.0]
    ahead.on_epoch_end()
    assert values(ahead, [5]) == [105.0]


def test_an_epoch_left_early_disturbs_nothing():
    ahead = PrefetchedSequence(Numbers())
    ahead.on_epoch_begin()
    assert values(ahead, [0]) == [100.0]
    ahead.on_epoch_begin()
    assert values(ahead, range(6)) == [200.0 + index for index in range(6)]
    ahead.close()


def test_an_error_comes_with_its_batch():
    wrapped = Numbers()
    wrapped.fails_at = 2
    ahead = PrefetchedSequence(wrapped)
    ahead.on_epoch_begin()
    assert values(ahead, [0, 1]) == [100.0, 101.0]
    with pytest.raises(ValueError, match="no batch 2") as raised:
        _ = ahead[2]
    assert ahead.failure is raised.value
    names = [entry.name for entry in raised.traceback]
    assert "__getitem__" in names
    ahead.close()


def test_what_fit_makes_of_an_error_is_undone():
    wrapped = Numbers()
    wrapped.fails_at = 0
    with pytest.raises(ValueError, match="no batch 0"), prefetched(wrapped) as ahead:
        ahead.on_epoch_begin()
        try:
            _ = ahead[0]
        except ValueError as error:
            raise RuntimeError("graph execution error") from error


def test_other_errors_and_other_sequences_are_left_alone():
    with pytest.raises(RuntimeError, match="mine"), prefetched(Numbers()) as ahead:
        assert isinstance(ahead, PrefetchedSequence)
        raise RuntimeError("mine")
    plain = object()
    with prefetched(plain) as given:
        assert given is plain


def test_fit_trains_the_same_with_and_without():
    def losses(wrap):
        keras.utils.set_random_seed(1)
        main = keras.Input((1,), name="main")
        model = keras.Model({"main": main}, keras.layers.Dense(1)(main))
        model.compile("sgd", "mae")
        sequence = Numbers()
        fed = wrap(sequence)
        history = model.fit(fed, epochs=3, verbose=0, shuffle=False).history["loss"]
        assert threads() == []
        return history

    assert losses(PrefetchedSequence) == losses(lambda sequence: sequence)


def test_augmented_batches_are_the_same_from_a_thread():
    class Noise:
        def random_transform(self, x, seed=None):
            return x + np.random.default_rng(seed).random(x.shape)

    plain = DataAugmentationSequence(Numbers(), "main", Noise(), 2, seed=3)
    ahead = PrefetchedSequence(DataAugmentationSequence(Numbers(), "main", Noise(), 2, seed=3))
    assert plain.takes_long
    for sequence in (plain, ahead):
        sequence.on_epoch_begin()
    for index in range(6):
        np.testing.assert_array_equal(ahead[index][0]["main"], plain[index][0]["main"])
    ahead.close()
