import type { CostRange, Estimate, EstimateLine } from '../../api/types';
import type { Formatter } from '../../format';
import type { Translation } from '../../words';

const EXACT = /^\d+(\.\d+)?$/;
const HOURS_PER_DAY = '24';

/** A month as AWS counts it for what has no end. */
export const HOURS_PER_MONTH = '730';

/** Multiply two amounts digit by digit, so that nothing is rounded; null where one of them is not known. */
export function productOf(left: string | null, right: string | null): string | null {
  if (left === null || right === null || !EXACT.test(left) || !EXACT.test(right)) {
    return null;
  }
  const places = [left, right].reduce((sum, amount) => sum + (amount.split('.')[1] ?? '').length, 0);
  const digits = String(BigInt(left.replace('.', '')) * BigInt(right.replace('.', ''))).padStart(places + 1, '0');
  const at = digits.length - places;
  return places === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
}

/** Give what counts for the user: by the rates of a contract where there is one. */
export function costOf({ contracted_cost, list_cost }: Pick<Estimate, 'contracted_cost' | 'list_cost'>): CostRange {
  return contracted_cost ?? list_cost;
}

/** Say the figure in one line. */
export function headlineWords(estimate: Estimate, format: Formatter, trans: Translation): string {
  const { cost_per_hour, duration_seconds, is_complete } = estimate;
  const perHour = duration_seconds.basis === 'open_ended' ? format.rate(cost_per_hour) : null;
  const amount = perHour === null ? format.money(costOf(estimate).expected) : trans.__('%1 an hour', perHour);
  if (amount === null) {
    return trans.__('Price unknown');
  }
  if (!is_complete) {
    return trans.__('At least %1', amount);
  }
  return duration_seconds.basis === 'stopping_condition' ? trans.__('At most %1', amount) : trans.__('About %1', amount);
}

/** Say how far it may be off; null where that is said by the headline, or not known. */
export function rangeWords(estimate: Estimate, format: Formatter, trans: Translation): string | null {
  const { low, expected, high } = costOf(estimate);
  const [least, most] = [format.money(low === expected ? null : low), format.money(high === expected ? null : high)];
  if (least !== null && most !== null) {
    return trans.__('From %1, at most %2', least, most);
  }
  return least === null ? most && trans.__('At most %1', most) : trans.__('From %1', least);
}

/** Say what the list has instead of the user's own rates; null where these are the list's. */
export function listWords({ contracted_cost, list_cost }: Estimate, format: Formatter, trans: Translation): string | null {
  if (contracted_cost === null) {
    return null;
  }
  const listed = format.money(list_cost.expected);
  return listed === null ? trans.__('By your contracted rates.') : trans.__('By your contracted rates; %1 by the list.', listed);
}

/** Say how long it is taken to run, and who says so. */
export function durationWords({ duration_seconds }: Estimate, format: Formatter, trans: Translation): string | null {
  const { basis, expected, sample_size } = duration_seconds;
  if (basis === 'open_ended') {
    return trans.__('It has no time limit: it costs for as long as it is there.');
  }
  if (expected === null) {
    return null;
  }
  const time = format.duration(expected);
  switch (basis) {
    case 'history':
      return trans._n('%2, as an earlier run took.', '%2, by %1 earlier runs.', sample_size ?? 0, time);
    case 'small_run':
      return trans.__('%1, by a small run.', time);
    case 'stopping_condition':
      return trans.__('Counted to its time limit of %1; it may end before.', time);
    default:
      return trans.__('%1, as you say.', time);
  }
}

/** Give what something without an end costs in longer times. */
export function spans(perHour: string | null, format: Formatter, trans: Translation): [string, string | null][] {
  return perHour === null
    ? []
    : [
        [trans.__('A day'), format.rate(productOf(perHour, HOURS_PER_DAY))],
        [trans.__('A month of %1 h', HOURS_PER_MONTH), format.rate(productOf(perHour, HOURS_PER_MONTH))]
      ];
}

/** Give what a line costs: in all, or an hour where it has no end. */
export function lineCost(line: EstimateLine, isEndless: boolean): string | null {
  return isEndless ? productOf(line.pricing_quantity, line.contracted_unit_price ?? line.list_unit_price) : costOf(line).expected;
}
