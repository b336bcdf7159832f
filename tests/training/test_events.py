"""The event file: whole lines only, whatever else happens to it."""

from __future__ import annotations

import threading

from hornbook.training.events import EventFollower, EventWriter


def test_followers_see_each_event_once_and_in_order(tmp_path):
    follower = EventFollower(tmp_path)
    assert list(follower.new_events()) == []
    writer = EventWriter(tmp_path)
    writer.write("stage", stage="reading")
    writer.write("epoch", logs={"loss": float("nan")})
    first, second = follower.new_events()
    assert (first["event"], first["stage"]) == ("stage", "reading")
    assert second["logs"] == {"loss": None}
    assert list(follower.new_events()) == []
    writer.write("ended")
    assert [event["event"] for event in follower.new_events()] == ["ended"]
    writer.close()


def test_a_torn_line_waits_or_is_left_out(tmp_path):
    follower = EventFollower(tmp_path)
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "a"}\n{"event": "b')
    assert [event["event"] for event in follower.new_events()] == ["a"]
    with path.open("a") as file:
        file.write('"}\ntorn by a crash\n{"event": "c"}\n')
    assert [event["event"] for event in follower.new_events()] == ["b", "c"]


def test_threads_do_not_mix_their_lines(tmp_path):
    writer = EventWriter(tmp_path)
    threads = [
        threading.Thread(target=lambda n=n: [writer.write("batch", n=n) for _ in range(200)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert len(list(EventFollower(tmp_path).new_events())) == 800
