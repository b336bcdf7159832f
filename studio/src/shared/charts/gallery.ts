/** The charts of the page, in the order in which they stand, and the one in full screen. */
class Gallery {
  private charts = new Map<string, HTMLElement>();
  private opened: string | null = null;
  private listeners = new Set<() => void>();

  add(id: string, figure: HTMLElement): () => void {
    this.charts.set(id, figure);
    return () => {
      this.charts.delete(id);
      if (this.opened === id) this.open(null);
    };
  }

  open(id: string | null): void {
    this.opened = id;
    for (const listener of this.listeners) listener();
  }

  /** The place of a chart among all, from 0, and how many there are. */
  place(id: string): { at: number; total: number } {
    const ids = this.ids();
    return { at: ids.indexOf(id), total: ids.length };
  }

  step(by: 1 | -1): void {
    const ids = this.ids();
    const at = ids.indexOf(this.opened ?? "");
    if (at >= 0) this.open(ids[(at + by + ids.length) % ids.length]!);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getOpened = (): string | null => this.opened;

  private ids(): string[] {
    const isBefore = (a: HTMLElement, b: HTMLElement) =>
      (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
    return [...this.charts].sort(([, a], [, b]) => (isBefore(a, b) ? -1 : 1)).map(([id]) => id);
  }
}

export const gallery = new Gallery();
