import type { AvoidedTotal, EndpointRow, FindingRow, Overview } from './api/types';
import type { Formatter } from './format';
import { kindWords, type Translation } from './words';

const DAY_MS = 86_400_000;

/** The server takes no day that is further away. */
const LONGEST_DAYS = 365;
const USUAL_DAYS = 30;

/** Find the endpoint that a finding offers to delete; null: it offers none, or its row is not there. */
export function endpointOf({ fix, resource }: FindingRow, { endpoints }: Overview): EndpointRow | null {
  const { name, region_id } = resource ?? {};
  const found = endpoints.find(row => row.name === name && row.region_id === region_id);
  return fix === 'delete_endpoint' ? (found ?? null) : null;
}

/** Give the days between which a finding may be accepted, and the one that is offered; days are UTC's, as the server's. */
export function daysToAccept({ as_of }: Overview): Record<'first' | 'usual' | 'last', string> {
  const after = (days: number): string => new Date(Date.parse(as_of) + days * DAY_MS).toISOString().slice(0, 10);
  return { first: after(0), usual: after(USUAL_DAYS), last: after(LONGEST_DAYS) };
}

/** Say which launches a finding is about; null: it is about none. */
export function launchWords(finding: FindingRow, format: Formatter, trans: Translation): string | null {
  const { count, is_of_launch, notebook, resource } = finding;
  if (resource === null || !is_of_launch) {
    return null;
  }
  const launches = count === 1 ? null : trans._n('%2 launch in 14 days', '%2 launches in 14 days', count, format.count(count));
  return [kindWords(resource.kind, trans), resource.name, notebook, launches].filter(part => part !== null).join(' · ');
}

/** Say what the fixes of this month avoid, and by what; null: none was taken. */
export function avoidedWords(avoided: AvoidedTotal | null, format: Formatter, trans: Translation): string | null {
  const amount = avoided && format.inCurrency(avoided.billing_currency).money(avoided.expected);
  if (avoided === null || amount === null) {
    return null;
  }
  const { endpoints, launches } = avoided;
  const mended = trans._n('%2 launch mended', '%2 launches mended', launches, format.count(launches));
  const deleted = trans._n('%2 unused endpoint deleted', '%2 unused endpoints deleted', endpoints, format.count(endpoints));
  if (endpoints === 0) {
    return trans.__('Avoided this month: about %1 (%2; by their estimates)', amount, mended);
  }
  return launches === 0
    ? trans.__('Avoided this month: about %1 (%2; had they stood as long again)', amount, deleted)
    : trans.__('Avoided this month: about %1 (%2, %3; by estimates)', amount, mended, deleted);
}
