import type { ChargeGroup } from './api/types';
import type { HistoryPicture } from './history';
import { shown } from './live';
import { dayOf, eachDay } from './period';

/** One day of the chart. */
export interface ChargeDay {
  readonly day: string;
  /** Null: nothing was charged. */
  readonly group: ChargeGroup | null;
  /** `open`: a day like any other; `before`: counting had not begun; `ahead`: it has not begun yet. */
  readonly is: 'open' | 'before' | 'ahead';
}

/** What was charged in one currency: amounts of another one are never added to it. */
export interface ChargeTable {
  readonly currency: string;
  readonly total: ChargeGroup;
  readonly rows: readonly ChargeGroup[];
  readonly days: readonly ChargeDay[];
}

/**
 * Give a table for each currency.
 *
 * Args:
 *   picture: What was read.
 *   now: The server's own time.
 *   since: When counting began, where that is known.
 */
export function chargeTables(picture: HistoryPicture, now: Date, since: string | null): ChargeTable[] {
  const { days, parts, span } = picture;
  const today = dayOf(now.getTime());
  return parts.totals.map(total => {
    const isOfIt = (group: ChargeGroup): boolean => group.billing_currency === total.billing_currency;
    const byDay = new Map(days.groups.filter(isOfIt).map(group => [group.keys.day, group]));
    return {
      currency: total.billing_currency,
      total,
      rows: inOrder(parts.groups.filter(isOfIt), picture.question.by === 'day'),
      days: eachDay(span).map(day => ({ day, group: byDay.get(day) ?? null, is: placeOf(day, today, since) }))
    };
  });
}

function placeOf(day: string, today: string, since: string | null): ChargeDay['is'] {
  if (day > today) {
    return 'ahead';
  }
  return since !== null && day < since.slice(0, 10) ? 'before' : 'open';
}

/** Days stand with the newest first, all else with the dearest first; what is not known and the rest come last. */
function inOrder(groups: ChargeGroup[], isByDay: boolean): ChargeGroup[] {
  const amount = (group: ChargeGroup): number => shown(group.contracted_cost) ?? -1;
  const byDay = (left: ChargeGroup, right: ChargeGroup): number => ((left.keys.day ?? '') < (right.keys.day ?? '') ? 1 : -1);
  const order = isByDay ? byDay : (left: ChargeGroup, right: ChargeGroup): number => amount(right) - amount(left);
  return [...groups.filter(group => !group.is_rest).sort(order), ...groups.filter(group => group.is_rest)];
}

/** How much of some amount another is, from 0 to 1; for show. */
export function fractionOf(part: string | null, whole: string | number | null): number {
  const all = typeof whole === 'number' ? whole : (shown(whole) ?? 0);
  return all > 0 ? Math.min(Math.max((shown(part) ?? 0) / all, 0), 1) : 0;
}

/** Give the day that cost the most; null where none has a known cost. */
export function dearestDay(days: readonly ChargeDay[]): ChargeDay | null {
  const amount = ({ group }: ChargeDay): number => shown(group?.contracted_cost) ?? 0;
  const most = Math.max(0, ...days.map(amount));
  return most === 0 ? null : (days.find(day => amount(day) === most) ?? null);
}
