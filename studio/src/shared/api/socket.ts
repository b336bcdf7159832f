import type { QueryClient } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { pointsOf } from "./points";
import { takeEpoch, takeProgress } from "./progress";

type Message =
  | Schemas["HelloEvent"]
  | Schemas["SessionEvent"]
  | Schemas["EpochEvent"]
  | Schemas["ProgressEvent"]
  | Schemas["DatasetEvent"]
  | Schemas["DesignEvent"]
  | Schemas["SavedModelEvent"];
type Summary = Schemas["SessionSummary"];

export type ConnectionState = "connecting" | "open" | "lost";

const FIRST_DELAY = 300;
const LONGEST_DELAY = 8000;

/** One socket for all events: it resumes where it was, and never stops trying. */
export class StudioSocket {
  state: ConnectionState = "connecting";
  private socket: WebSocket | null = null;
  private instance: string | null = null;
  private sequence = 0;
  private delay = FIRST_DELAY;
  private closed = false;
  private listeners = new Set<() => void>();

  constructor(private readonly client: QueryClient) {}

  open(): void {
    this.closed = false;
    const address = new URL("/api/v1/events", window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (this.instance !== null) {
      address.searchParams.set("instance", this.instance);
      address.searchParams.set("after", String(this.sequence));
    }
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onmessage = (event) => this.receive(JSON.parse(event.data as string));
    socket.onclose = () => {
      if (this.socket !== socket || this.closed) return;
      this.change("lost");
      setTimeout(() => {
        if (!this.closed) this.open();
      }, this.delay * (0.75 + Math.random() / 2));
      this.delay = Math.min(LONGEST_DELAY, this.delay * 2);
    };
  }

  close(): void {
    this.closed = true;
    this.socket?.close();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getState = (): ConnectionState => this.state;

  private change(state: ConnectionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  private receive(received: Message | Message[]): void {
    for (const message of Array.isArray(received) ? received : [received]) {
      if (message.type !== "hello") {
        if (message.sequence <= this.sequence) continue;
        this.sequence = message.sequence;
      }
      this.take(message);
    }
  }

  private take(message: Message): void {
    switch (message.type) {
      case "hello": {
        const isFirst = this.instance === null;
        this.instance = message.instance;
        if (!message.resumed) this.sequence = message.sequence;
        this.delay = FIRST_DELAY;
        this.change("open");
        if (!message.resumed && !isFirst) void this.client.invalidateQueries();
        return;
      }
      case "session":
        this.takeSession(message.session);
        return;
      case "epoch": {
        pointsOf(message.reference).add(message);
        takeEpoch(message.reference, message.epoch);
        return;
      }
      case "progress":
        takeProgress(message.reference, message.progress);
        return;
      case "dataset":
        if (message.done_bytes === message.total_bytes) {
          void this.client.invalidateQueries({ queryKey: ["dataset"] });
          void this.client.invalidateQueries({ queryKey: ["datasets"] });
        }
        return;
      case "design":
        void this.client.invalidateQueries({ queryKey: ["task", message.task] });
        return;
      case "saved_model":
        void this.client.invalidateQueries({ queryKey: ["saved-models"] });
        return;
      default:
        message satisfies never;
    }
  }

  private takeSession(session: Summary): void {
    const task = `${session.analysis_id}/${session.mltask_id}`;
    this.client.setQueryData<Summary[]>(["sessions", task], (known) => {
      if (known === undefined) return known;
      const others = known.filter((one) => one.reference !== session.reference);
      const isNew = others.length === known.length;
      return isNew
        ? [session, ...known]
        : known.map((one) => (one.reference === session.reference ? session : one));
    });
    void this.client.invalidateQueries({ queryKey: ["session", session.reference] });
    void this.client.invalidateQueries({ queryKey: ["tasks"] });
    void this.client.invalidateQueries({ queryKey: ["saved-models", "retrainings"] });
    if (session.ended_at !== null) {
      void this.client.invalidateQueries({ queryKey: ["curves", session.reference] });
    }
  }
}
