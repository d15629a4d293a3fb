import type { Idle, Overview } from './api/types';

/** From this on the status bar says so, too. */
const LONG_SECONDS = 600;

/** Tell whether nothing keeps this machine on, be its stop near or not. */
export function isIdle({ state }: Idle): boolean {
  return state === 'idle' || state === 'warned';
}

/** Give for how many seconds it has been idle, `elapsed` milliseconds after the answer; null: it is not. */
export function idleSeconds(overview: Overview, elapsed: number): number | null {
  const { as_of, idle } = overview;
  const since = idle.since === null ? NaN : Date.parse(idle.since);
  if (!isIdle(idle) || Number.isNaN(since)) {
    return null;
  }
  return Math.max((Date.parse(as_of) + elapsed - since) / 1000, 0);
}

/** Tell whether it has been idle for so long that it is said wherever one looks. */
export function isIdleForLong(overview: Overview, elapsed: number): boolean {
  return isIdle(overview.idle) && (overview.idle.is_overdue || (idleSeconds(overview, elapsed) ?? 0) >= LONG_SECONDS);
}
