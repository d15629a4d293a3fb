import type { DataQuality, Overview } from './api/types';
import { actionsIn, isElsewhere, isJobKind, placeOf, type Place } from './places';

/** What keeps jobs from being read, the most telling first. */
const BLOCKING = [
  'reader_trouble',
  'credentials_missing',
  'credentials_expired',
  'region_missing',
  'permission_missing',
  'clock_differs',
  'network_unreachable',
  'throttled',
  'aws_error'
];

/** Notes that only explain; everything else asks for somebody's attention. */
const INFORMATIVE = new Set([
  'billable_time_missing',
  'capacity_block',
  'children_unread',
  'history_not_kept',
  'licence_not_counted',
  'more',
  'no_storage',
  'no_upper_bound',
  'node_share',
  'reading',
  'serverless_per_request',
  'several_prices',
  'shared_space',
  'spot_machine',
  'training_plan',
  'warm_pool_time_missing'
]);

/** What the server does another way where it is denied, so that no job is missed. */
const REPLACEABLE_ACTIONS = new Set(['sagemaker:Search']);

/** What the Jobs section is able to show. */
export type JobsState = 'loading' | 'no-credentials' | 'no-region' | 'no-permission' | 'offline' | 'empty' | 'ok';

const STATES: Readonly<Record<string, JobsState | undefined>> = {
  reader_trouble: 'offline',
  credentials_missing: 'no-credentials',
  credentials_expired: 'no-credentials',
  region_missing: 'no-region',
  permission_missing: 'no-permission',
  clock_differs: 'offline',
  network_unreachable: 'offline',
  throttled: 'offline',
  aws_error: 'offline'
};

/** Give what stands between the user and the jobs, the most telling first. */
export function obstacles(overview: Overview): DataQuality[] {
  return BLOCKING.flatMap(code => overview.data_quality.filter(note => note.code === code && stands(note, overview)));
}

function stands(note: DataQuality, overview: Overview): boolean {
  if (placeOf(note, overview) !== 'jobs') {
    return false;
  }
  switch (note.code) {
    case 'permission_missing':
      return !isElsewhere(note, overview);
    case 'clock_differs':
      return overview.aws.status === 'failed';
    default:
      return true;
  }
}

/** Give what stands between the user and the figures of one other place. */
export function obstaclesAt(place: Exclude<Place, 'jobs' | 'several'>, overview: Overview): DataQuality[] {
  return BLOCKING.flatMap(code =>
    overview.data_quality.filter(note => note.code === code && placeOf(note, overview) === place && !isElsewhere(note, overview))
  );
}

/** Tell whether the machine of this session, and with it its price, is still being asked for. */
export function isSessionAwaited({ session, data_quality }: Overview): boolean {
  return session.price === null && data_quality.some(({ code }) => code === 'session_reading');
}

/** What the session's section and the jobs' say in their own words. */
const ELSEWHERE = new Set(['host_price_unknown', 'session_reading', 'slowed']);

const OTHER_PLACES = ['session', 'other-jobs', 'endpoints', 'apps', 'schedules'] as const;

/** Give the notes that are drawn nowhere else. */
export function remarks(overview: Overview): DataQuality[] {
  const drawn = new Set([...obstacles(overview), ...OTHER_PLACES.flatMap(place => obstaclesAt(place, overview))]);
  return overview.data_quality.filter(note => !drawn.has(note) && !ELSEWHERE.has(note.code));
}

export function isInformative(note: DataQuality): boolean {
  return INFORMATIVE.has(note.code);
}

/** What can have a price, and lack it. */
export interface Priced {
  readonly name: string;
  readonly instance_type: string | null;
}

/** Tell whether a cost is unknown for want of a price, and not of anything else. */
export function lacksPrice({ name, instance_type }: Priced, notes: readonly DataQuality[]): boolean {
  const subjects = [name, instance_type];
  return notes.some(note => note.code === 'price_unknown' && note.subject !== null && subjects.includes(note.subject));
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
  // `off`: AWS has not been asked for long, and is asked now that somebody looks.
  return overview.aws.status === 'ok' ? 'empty' : 'loading';
}

/** Tell whether jobs may be there that the server cannot see. */
export function mayHideJobs(overview: Overview): boolean {
  const isDenied = overview.aws.kinds.some(({ kind, is_denied }) => is_denied && isJobKind(kind));
  return isDenied || isBlocked(overview) || obstaclesAt('other-jobs', overview).length > 0;
}

/** Tell whether AWS cannot be asked at all, or not for what matters most, and not in another way either. */
export function isBlocked(overview: Overview): boolean {
  return obstacles(overview).some(note => note.code !== 'permission_missing' || !isReplaceable(note));
}

function isReplaceable(note: DataQuality): boolean {
  const actions = actionsIn(note);
  return actions.length > 0 && actions.every(action => REPLACEABLE_ACTIONS.has(action));
}

/** Tell whether it can be said that there are no jobs, whatever else is in the way. */
export function isEmpty(overview: Overview): boolean {
  return overview.aws.status === 'ok' && overview.jobs.length === 0 && overview.totals.running === 0 && !mayHideJobs(overview);
}

/** Tell whether nothing else in the Jobs section says why there are no jobs: then the notes below it do. */
export function isUnexplained(overview: Overview): boolean {
  return (
    overview.aws.status === 'failed' &&
    overview.aws.as_of === null &&
    overview.jobs.length === 0 &&
    obstacles(overview).length === 0
  );
}

/** Tell whether this machine's clock is off by so much that AWS's is counted by. */
export function clockDiffers({ data_quality }: Overview): boolean {
  return data_quality.some(({ code }) => code === 'clock_differs');
}
