import type { ChargeGroup, Charged, Charges } from '../api/types';

/** What was charged today and this month, with what a test wants different. */
export function charged(changes: Partial<Charged> = {}): Charged {
  return { as_of: '2026-11-23T13:59:50Z', today: '1.25', month: '41.5', unpriced: 0, since: null, ...changes };
}

/** A sum of charges that AWS has told the length of, with what a test wants different. */
export function group(keys: ChargeGroup['keys'], cost: string | null, changes: Partial<ChargeGroup> = {}): ChargeGroup {
  return {
    keys,
    is_rest: false,
    billing_currency: 'USD',
    contracted_cost: cost,
    list_cost: cost,
    estimated: '0',
    metered: cost ?? '0',
    billed: '0',
    unpriced: cost === null ? 1 : 0,
    ...changes
  };
}

/** A document of charges of November; `totals` are those of a test. */
export function chargesOf(groups: ChargeGroup[], changes: Partial<Charges> = {}): Charges {
  return {
    charge_period_start: '2026-11-01',
    charge_period_end: '2026-12-01',
    as_of: '2026-11-23T13:59:50Z',
    group_by: ['day'],
    totals: [],
    groups,
    data_quality: [],
    ...changes
  };
}
