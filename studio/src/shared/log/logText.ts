export type Part = { text: string; next_offset: number; size_bytes: number };

// What terminals are told: colours, and to move about.
const CONTROL = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** The lines of a log of any length, of which a part has been read; it grows at both ends. */
export class LogText {
  lines: string[] = [];
  /** Where what has been read begins and ends, in bytes; -1 while nothing has. */
  start = -1;
  end = -1;
  private open = "";

  /** Takes what comes after what is known, once. `start` is where it was asked from. */
  append(part: Part, start: number): void {
    if (this.start < 0) this.start = start;
    else if (start !== this.end) return;
    this.end = part.next_offset;
    const texts = (this.open + part.text).split("\n");
    if (this.open !== "") this.lines.pop();
    this.open = texts.at(-1)!;
    const added = this.open === "" ? texts.slice(0, -1) : texts;
    for (const text of added) this.lines.push(shown(text));
  }

  /** Takes what comes right before what is known. */
  prepend(text: string, start: number): void {
    const texts = text.split("\n");
    const last = texts.pop()!;
    if (last !== "") texts.push(last + (this.lines.shift() ?? ""));
    this.lines = [...texts.map(shown), ...this.lines];
    this.start = start;
  }
}

/** A line as a terminal would leave it: what was written over is gone. */
export function shown(line: string): string {
  const text = line.replace(CONTROL, "").replace(/\r+$/, "");
  return text.slice(text.lastIndexOf("\r") + 1);
}
