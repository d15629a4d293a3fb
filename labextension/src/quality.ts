import type { DataQuality, Overview } from './api/types';

/** What keeps jobs from being read at all, the most telling first. */
const BLOCKING = [
  'credentials_missing',
  'credentials_expired',
  'region_missing',
  'permission_missing',
  'network_unreachable',
  'throttled',
  'aws_error'
];

/** Notes that only explain; everything else asks for somebody's attention. */
const INFORMATIVE = new Set(['history_not_kept', 'reading', 'billable_time_missing', 'more']);

/** What the Jobs section is able to show. */
export type JobsState = 'loading' | 'no-credentials' | 'no-region' | 'no-permission' | 'offline' | 'empty' | 'ok';

const STATES: Readonly<Record<string, JobsState | undefined>> = {
  credentials_missing: 'no-credentials',
  credentials_expired: 'no-credentials',
  region_missing: 'no-region',
  permission_missing: 'no-permission',
  network_unreachable: 'offline',
  throttled: 'offline',
  aws_error: 'offline'
};

/** Give what stands between the user and the jobs, the most telling first. */
export function obstacles(overview: Overview): DataQuality[] {
  return BLOCKING.flatMap(code => overview.data_quality.filter(note => note.code === code));
}

/** Give the notes that are not drawn as obstacles. */
export function remarks(overview: Overview): DataQuality[] {
  const drawn = new Set(obstacles(overview));
  return overview.data_quality.filter(note => !drawn.has(note) && note.code !== 'host_price_unknown');
}

export function isInformative(note: DataQuality): boolean {
  return INFORMATIVE.has(note.code);
}

/** Tell which state an obstacle puts the jobs in. */
export function stateFor(note: DataQuality): JobsState {
  return STATES[note.code] ?? 'offline';
}

/** Judge what the Jobs section can show: obstacles first, then jobs, then why there are none. */
export function jobsState(overview: Overview): JobsState {
  const first = obstacles(overview).at(0);
  if (first !== undefined) {
    return stateFor(first);
  }
  if (overview.aws.status === 'failed') {
    return 'offline';
  }
  if (overview.jobs.length > 0) {
    return 'ok';
  }
  return overview.aws.status === 'loading' ? 'loading' : 'empty';
}
