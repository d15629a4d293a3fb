/* eslint-disable jupyter/no-untranslated-string -- these are documents as the server writes them */
import type { AvoidedTotal, FindingRow } from '../api/types';

/** An endpoint that nobody has called for nine days, with what a test wants different. */
export function findingRow(changes: Partial<FindingRow> = {}): FindingRow {
  return {
    id: '29d01069facb65823ce24f5d',
    rule: 'MC201',
    verdict: 'warn',
    is_of_launch: false,
    title: 'credit-risk-test has answered nothing for 9 days',
    message: 'Endpoint, ml.g5.xlarge.',
    hint: 'Delete it, or accept it until a day.',
    resource: { kind: 'endpoint', region_id: 'us-east-1', name: 'credit-risk-test' },
    notebook: null,
    saving: { billing_currency: 'USD', per_day: '36.36', per_month: '1090.8', once: null, is_complete: true },
    first_seen: '2026-11-17T14:00:00Z',
    last_seen: '2026-11-23T14:00:00Z',
    count: 1,
    fix: 'delete_endpoint',
    is_fix_wanted: false,
    ...changes
  };
}

/** A warning of launches that has come again. */
export function launchFinding(changes: Partial<FindingRow> = {}): FindingRow {
  return findingRow({
    id: '0a1b2c3d4e5f60718293a4b5',
    rule: 'MC106',
    is_of_launch: true,
    title: 'Managed Spot off',
    message: 'Managed Spot is off.',
    hint: 'It runs now.',
    resource: { kind: 'training', region_id: 'us-east-1', name: 'bert-ft-031' },
    notebook: 'train.ipynb',
    saving: null,
    count: 3,
    fix: null,
    ...changes
  });
}

export function avoidedTotal(changes: Partial<AvoidedTotal> = {}): AvoidedTotal {
  return { billing_currency: 'USD', low: '6', expected: '9.12', launches: 3, endpoints: 0, ...changes };
}
