import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { pointsOf } from "./points";
import { StudioSocket } from "./socket";

class FakeSocket {
  static opened: FakeSocket[] = [];
  onmessage: (event: { data: string }) => void = () => {};
  onclose: () => void = () => {};
  constructor(readonly address: URL) {
    FakeSocket.opened.push(this);
  }
  close() {}
  say(message: unknown) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

const hello = (sequence: number, resumed: boolean, instance = "one") => ({
  type: "hello", sequence, instance, resumed, sessions: [],
});
const epoch = (sequence: number, number: number, reference: string) => ({
  type: "epoch", sequence, reference, epoch: number, fold: null, logs: { loss: 1 / number }, best: true, seconds: 1, written: 0,
});

beforeEach(() => {
  FakeSocket.opened = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("window", { location: { href: "http://127.0.0.1:8765/" } });
});
afterEach(() => vi.useRealTimers());

it("hears each event once, however often it comes", () => {
  const socket = new StudioSocket(new QueryClient());
  socket.open();
  const [line] = FakeSocket.opened;
  line!.say(hello(4, false));
  line!.say([epoch(5, 1, "a/b/s1"), epoch(6, 2, "a/b/s1")]);
  const added = vi.spyOn(pointsOf("a/b/s1"), "add");
  line!.say([epoch(5, 1, "a/b/s1"), epoch(7, 3, "a/b/s1")]);
  expect(added).toHaveBeenCalledTimes(1);
  expect(pointsOf("a/b/s1").series.loss).toHaveLength(3);
});

it("comes back by itself, from where it was", () => {
  const socket = new StudioSocket(new QueryClient());
  socket.open();
  FakeSocket.opened[0]!.say(hello(4, false));
  FakeSocket.opened[0]!.say([epoch(9, 1, "a/b/s2")]);
  FakeSocket.opened[0]!.onclose();
  expect(socket.getState()).toBe("lost");
  vi.advanceTimersByTime(1000);
  expect(FakeSocket.opened).toHaveLength(2);
  expect(FakeSocket.opened[1]!.address.search).toBe("?instance=one&after=9");
});

it("reads anew what it shows after another run of the server", () => {
  const client = new QueryClient();
  const anew = vi.spyOn(client, "invalidateQueries");
  const socket = new StudioSocket(client);
  socket.open();
  FakeSocket.opened[0]!.say(hello(4, false));
  expect(anew).not.toHaveBeenCalled();
  FakeSocket.opened[0]!.say(hello(0, false, "two"));
  expect(anew).toHaveBeenCalledTimes(1);
});
