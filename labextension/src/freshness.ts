/**
 * Know how old the figures are, by a clock that only goes forward.
 *
 * The server's clock says when an overview was true; from there on the time that has passed here is
 * added, so that a wrong clock of the browser's does not matter.
 */
export class Freshness {
  private readAt = 0;
  private confirmedAt = -Infinity;
  private frozenAt: number | null = null;

  /**
   * Args:
   *   now: Milliseconds of a clock that only goes forward.
   *   goodFor: For how many milliseconds an answer carries figures on.
   */
  constructor(
    private readonly now: () => number,
    private readonly goodFor: () => number
  ) {}

  /**
   * Milliseconds since the overview was true, standing still while frozen and once the last answer is stale:
   * a machine that slept notices late, and must not have counted the hours of its sleep.
   */
  get elapsed(): number {
    return Math.min(this.frozenAt ?? this.now(), this.confirmedAt + this.goodFor()) - this.readAt;
  }

  /** Milliseconds since the server last answered. */
  get age(): number {
    return this.now() - this.confirmedAt;
  }

  get isStale(): boolean {
    return this.age > this.goodFor();
  }

  get isFrozen(): boolean {
    return this.frozenAt !== null;
  }

  /** Note an answer: another overview, or word that the one held is still true. */
  confirm(isAnother: boolean): void {
    this.confirmedAt = this.now();
    this.readAt = isAnother ? this.confirmedAt : this.readAt;
    this.frozenAt = null;
  }

  /** Stand still from here on. */
  freeze(): void {
    this.frozenAt ??= this.now();
  }

  /** Go on as if time had not stood still. */
  thaw(): void {
    this.frozenAt = null;
  }

  /** Give the server's own time of its last answer. */
  confirmedTime(asOf: string): Date {
    return new Date(Date.parse(asOf) + this.confirmedAt - this.readAt);
  }
}
