import type { EndpointRow, PartRow } from './api/types';
import type { Formatter } from './format';
import type { Translation } from './words';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far back CloudWatch is asked for calls. */
const LOOKED_BACK_DAYS = 30;

/** What is known of the last use of an endpoint, or of a part of one. */
export type Use = Pick<EndpointRow | PartRow, 'last_use' | 'last_used_at'>;

/** How long ago something was last called at `asOf`, in milliseconds; null where that is not known. */
export function sinceUse({ last_use, last_used_at }: Use, asOf: string): number | null {
  const ago = last_use === 'seen' && last_used_at !== null ? Date.parse(asOf) - Date.parse(last_used_at) : NaN;
  return Number.isNaN(ago) ? null : Math.max(ago, 0);
}

/** Tell whether somebody may still call it: within a day, or nobody knows. */
export function wasCalledLately(use: Use, asOf: string): boolean {
  const ago = sinceUse(use, asOf);
  return ago !== null && ago <= DAY_MS;
}

/** Say when something was last called; AWS tells it to the hour, and beyond a day to the day. */
export function lastUseWords(use: Use, createdAt: string | null, asOf: string, format: Formatter, trans: Translation): string {
  if (use.last_use === 'none_seen') {
    return neverWords(createdAt, asOf, format, trans);
  }
  const ago = sinceUse(use, asOf);
  if (ago === null) {
    return trans.__('last call not known');
  }
  if (ago < HOUR_MS) {
    return trans.__('called within the last hour');
  }
  if (ago <= DAY_MS) {
    const hours = Math.round(ago / HOUR_MS);
    return trans._n('called %2 hour ago', 'called %2 hours ago', hours, format.count(hours));
  }
  return daysWords(ago, use.last_used_at, format, trans);
}

function daysWords(ago: number, usedAt: string | null, format: Formatter, trans: Translation): string {
  // The time is the end of the hour, or beyond a day of the day, that the call falls in.
  const days = Math.round(ago / DAY_MS);
  return days > LOOKED_BACK_DAYS
    ? trans.__('last called %1', format.dayOf(usedAt))
    : trans._n('last called %2 day ago', 'last called %2 days ago', days, format.count(days));
}

/** What was made since CloudWatch was asked back to was never called at all. */
function neverWords(createdAt: string | null, asOf: string, format: Formatter, trans: Translation): string {
  const age = createdAt === null ? NaN : Date.parse(asOf) - Date.parse(createdAt);
  return age <= LOOKED_BACK_DAYS * DAY_MS
    ? trans.__('never called since it was created %1', format.dayOf(createdAt))
    : trans._n('not called in the last %1 day', 'not called in the last %1 days', LOOKED_BACK_DAYS);
}
