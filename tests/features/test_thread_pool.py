from __future__ import annotations

import threading

import pytest

from hornbook.features.thread_pool import map_in_threads


@pytest.mark.parametrize("count", [0, 1, 2, 7, 1000])
def test_results_come_in_the_order_of_the_items(count):
    assert map_in_threads(str, range(count)) == [str(number) for number in range(count)]


def test_the_first_error_is_raised_whichever_thread_meets_one_first():
    met = threading.Event()

    def fail(number):
        if number == 0:
            assert met.wait(5)
        else:
            met.set()
        raise ValueError(number)

    with pytest.raises(ValueError, match=r"^0$"):
        map_in_threads(fail, range(100))


def test_it_may_be_called_from_within():
    nested = map_in_threads(lambda number: sum(map_in_threads(abs, range(number))), range(50))
    assert nested == [sum(range(number)) for number in range(50)]


def test_from_several_threads_at_once():
    results = {}

    def work(number):
        results[number] = map_in_threads(lambda item: item + number, range(100))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: [item + number for item in range(100)] for number in range(4)}
