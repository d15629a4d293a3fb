import type { JobRow, Overview } from './api/types';
import type { Formatter } from './format';
import type { Translation } from './words';

/** Which way a figure may be off: what it says is the least that it can be, or the most; null: neither. */
export type Bound = 'least' | 'most' | null;

/** A sum is too low as long as some of what it sums is not known, or how many there are; any other figure may only be too high. */
export function boundOf(job: JobRow): Bound {
  if (job.is_sum) {
    return (job.children_known ?? 0) < (job.children_started ?? Infinity) ? 'least' : null;
  }
  return job.cost_basis === 'at_most' ? 'most' : null;
}

/** Tell whether the sum of what runs leaves something out: a kind, a price, or some of what a job has started. */
export function isAtLeast({ jobs, totals }: Overview): boolean {
  const isPart = jobs.some(job => job.is_running && boundOf(job) === 'least');
  return !totals.is_complete || totals.unpriced > 0 || isPart;
}

/** Put the bound before an amount, or a slot for one. */
export function boundWords(bound: Bound, amount: string, trans: Translation): string {
  switch (bound) {
    case 'least':
      return trans.__('at least %1', amount);
    case 'most':
      return trans.__('at most %1', amount);
    default:
      return amount;
  }
}

/** Say what a job costs at most if it runs until its stopping condition; null where nobody can tell. */
export function highWords(job: JobRow, format: Formatter, trans: Translation): string | null {
  const [low, high] = [format.money(job.low), format.money(job.high)];
  if (high === null) {
    return null;
  }
  // AWS may have a choice of machines: then the most that it costs is that of one of them.
  const bound = low === null || job.low === job.high ? trans.__('at most %1', high) : trans.__('at most %1 to %2', low, high);
  return job.high_leaves_out_storage ? trans.__('%1, storage apart', bound) : bound;
}
