import type { EndpointRow } from './api/types';
import type { Formatter } from './format';
import { shown } from './live';
import { sumOf } from './money';
import type { Translation } from './words';

/** What a day of something costs in two parts: its instances, and its volumes; null: that part is not known. */
export type Parts = Pick<EndpointRow, 'cost_per_day' | 'storage_cost_per_day'>;

/** What a day of something costs as things stand, instances and volumes together. */
export interface DayCost {
  /** Null: none of it is known. */
  readonly amount: string | null;
  /** Whether a part is not known, which is left out. */
  readonly isAtLeast: boolean;
}

/** Add both parts up; the total of all that stands has both, too. */
export function dayCost({ cost_per_day, storage_cost_per_day }: Parts): DayCost {
  const sum = sumOf(cost_per_day, storage_cost_per_day);
  if (sum !== null) {
    return { amount: sum, isAtLeast: false };
  }
  const known = cost_per_day ?? storage_cost_per_day;
  // What is at least nothing is not known.
  return shown(known) ? { amount: known, isAtLeast: true } : { amount: null, isAtLeast: false };
}

/** Put a day's cost in words around an amount, or a slot for one. */
export function aDayWords({ isAtLeast }: DayCost, amount: string, trans: Translation): string {
  return isAtLeast ? trans.__('at least %1 a day', amount) : trans.__('%1 a day', amount);
}

/** Say what a day of something costs; null where nothing of it is known. */
export function dayCostWords(parts: Parts, format: Formatter, trans: Translation): string | null {
  const cost = dayCost(parts);
  const amount = format.rate(cost.amount);
  return amount === null ? null : aDayWords(cost, amount, trans);
}
