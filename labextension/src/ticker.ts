const TICK_MS = 1_000;

/** Several tabs opened together must not ask together. */
const JITTER_FRACTION = 0.1;

/** Give an interval in milliseconds that is a little longer by chance. */
export function spreadMs(seconds: number): number {
  return Math.round(seconds * 1000 * (1 + Math.random() * JITTER_FRACTION));
}

/** Call `tick` each second for as long as it is wanted. */
export class Ticker {
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly tick: () => void) {}

  setWanted(isWanted: boolean): void {
    if (isWanted) {
      this.timer ??= setInterval(this.tick, TICK_MS);
    } else if (this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }
}
