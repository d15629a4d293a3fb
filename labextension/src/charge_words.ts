import type { ChargeGroup, Charged } from './api/types';
import { boundWords } from './bound';
import type { Formatter } from './format';
import type { By, HistoryQuestion } from './history';
import { shown } from './live';
import type { Period } from './period';
import type { Translation } from './words';

/** As much of a name as is drawn, whatever somebody has named so. */
const MAX_NAME = 256;

export function periodWords(period: Period, trans: Translation): string {
  switch (period) {
    case 'last-7-days':
      return trans.__('Last 7 days');
    case 'last-30-days':
      return trans.__('Last 30 days');
    case 'last-month':
      return trans.__('Last month');
    default:
      return trans.__('This month');
  }
}

export function byWords(by: By, trans: Translation): string {
  switch (by) {
    case 'service':
      return trans.__('Service');
    case 'notebook':
      return trans.__('Notebook');
    case 'user':
      return trans.__('User');
    case 'tag':
      return trans.__('Tag');
    case 'component':
      return trans.__('Component');
    default:
      return trans.__('Day');
  }
}

/** Head the first column of a table. */
export function headWords({ by, tagKey }: HistoryQuestion, trans: Translation): string {
  return by === 'tag' ? trans.__('Tag %1', cut(tagKey)) : byWords(by, trans);
}

/** Name what a row adds up. */
export function groupWords(group: ChargeGroup, by: By, format: Formatter, trans: Translation): string {
  if (group.is_rest) {
    return trans.__('All others');
  }
  const key = Object.values(group.keys)[0] ?? null;
  if (key !== null) {
    return by === 'day' ? format.shortDate(key) : cut(key);
  }
  switch (by) {
    case 'notebook':
      return trans.__('No notebook');
    case 'tag':
      return trans.__('Without this tag');
    default:
      return trans.__('Not known');
  }
}

/** Write what a group comes to; what lacks a price makes it a lower bound, and what is at least nothing is not known. */
export function amountWords(group: ChargeGroup, format: Formatter, trans: Translation): string {
  return leastWords(group.contracted_cost, group.unpriced, format, trans) ?? trans.__('not known');
}

/** Write a total of the overview's; null: it is not known. */
export function chargedWords(cost: string | null, { unpriced }: Charged, format: Formatter, trans: Translation): string | null {
  return unpriced === 0 && shown(cost) === 0 ? trans.__('nothing yet') : leastWords(cost, unpriced, format, trans);
}

function leastWords(cost: string | null, unpriced: number, format: Formatter, trans: Translation): string | null {
  const amount = format.money(cost);
  if (amount === null || (unpriced > 0 && shown(cost) === 0)) {
    return null;
  }
  return boundWords(unpriced > 0 ? 'least' : null, amount, trans);
}

/** Say how sure a group is: what it rests on, and where that is several things, how much of it is estimated. */
export function chargeBasisWords(group: ChargeGroup, format: Formatter, trans: Translation): string {
  const parts = partsOf(group, trans);
  if (parts.length < 2) {
    return parts.map(([words]) => words).join('');
  }
  const [words, amount] = parts[0];
  return trans.__('%1 %2', format.money(amount), words);
}

/** Write all of a group without rounding: its sum, and what of it rests on what. */
export function exactWords(group: ChargeGroup, trans: Translation): string | undefined {
  if (group.contracted_cost === null) {
    return undefined;
  }
  const { billing_currency: currency } = group;
  const exact = (amount: string): string => trans.__('%1 %2', cut(amount), cut(currency));
  const parts = partsOf(group, trans).map(([words, amount]) => trans.__('%1: %2', words, exact(amount)));
  return [exact(group.contracted_cost), ...(parts.length < 2 ? [] : parts)].join('\n');
}

/** What a group rests on, but for what of it is nothing. */
function partsOf({ estimated, metered, billed }: ChargeGroup, trans: Translation): [string, string][] {
  const parts: [string, string][] = [
    [trans.__('estimated'), estimated],
    [trans.__('metered'), metered],
    [trans.__('charged by AWS'), billed]
  ];
  return parts.filter(([, amount]) => (shown(amount) ?? 0) > 0);
}

function cut(text: string): string {
  return text.slice(0, MAX_NAME);
}
