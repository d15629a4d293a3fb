/** A stretch of days of which charges are shown. */
export type Period = 'this-month' | 'last-7-days' | 'last-30-days' | 'last-month';

export const PERIODS: readonly Period[] = ['this-month', 'last-7-days', 'last-30-days', 'last-month'];

/** Some days UTC, such as `2026-11-30`: the first one, and the one after the last. */
export interface Days {
  readonly first: string;
  readonly after: string;
}

const DAY_MS = 86_400_000;

/** More days than any period has are never drawn, whatever somebody answers. */
const MOST_DAYS = 62;

/** Give the days of a period; this month's are all of its days, those to come included. */
export function daysOf(period: Period, now: Date): Days {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const days = (first: number, after: number): Days => ({ first: dayOf(first), after: dayOf(after) });
  switch (period) {
    case 'last-7-days':
      return days(Date.UTC(year, month, day - 6), Date.UTC(year, month, day + 1));
    case 'last-30-days':
      return days(Date.UTC(year, month, day - 29), Date.UTC(year, month, day + 1));
    case 'last-month':
      return days(Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1));
    default:
      return days(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1));
  }
}

/** Name each of some days; none where these are no days. */
export function eachDay({ first, after }: Days): string[] {
  const [start, end] = [Date.parse(first), Date.parse(after)];
  const count = Math.min((end - start) / DAY_MS, MOST_DAYS);
  return count > 0 ? Array.from({ length: Math.ceil(count) }, (_, at) => dayOf(start + at * DAY_MS)) : [];
}

/** Name the day UTC of a moment. */
export function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
