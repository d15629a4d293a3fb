/** Readings out of turn in any minute, before they are spaced wider. */
const QUICK_READINGS = 12;
const QUICK_GAP_MS = 1_000;
const WIDE_GAP_MS = 5_000;
const MINUTE_MS = 60_000;

/**
 * Turn a burst of events into few readings: one a second at most, and one in five seconds
 * once a minute has had its dozen. The last event of a burst is always followed by a reading.
 */
export class Reread {
  private readonly times: number[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly read: () => void,
    private readonly now: () => number
  ) {}

  request(): void {
    this.timer ??= setTimeout(() => this.fire(), this.gap());
  }

  dispose(): void {
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer = null;
    }
  }

  private gap(): number {
    const since = this.now() - MINUTE_MS;
    while (this.times.length > 0 && this.times[0] < since) {
      this.times.shift();
    }
    return this.times.length < QUICK_READINGS ? QUICK_GAP_MS : WIDE_GAP_MS;
  }

  private fire(): void {
    this.timer = null;
    this.times.push(this.now());
    this.read();
  }
}
