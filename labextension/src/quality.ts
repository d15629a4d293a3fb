import type { DataQuality, JobRow, Overview } from './api/types';

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
const INFORMATIVE = new Set(['history_not_kept', 'reading', 'billable_time_missing', 'several_prices', 'no_storage', 'more']);

/** What only the Session section needs to be allowed. */
const SESSION_ACTIONS = new Set(['sagemaker:DescribeApp', 'sagemaker:DescribeSpace']);

/** What the server does another way where it is denied, so that no job is missed. */
const REPLACEABLE_ACTIONS = new Set(['sagemaker:Search']);

const ACTION = /\bsagemaker:\w+/g;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

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
  switch (note.code) {
    case 'permission_missing':
      return !namesOnly(SESSION_ACTIONS, note) && !isElsewhere(note, overview);
    case 'clock_differs':
      return overview.aws.status === 'failed';
    default:
      return true;
  }
}

/** The server's messages name the actions that are denied as IAM spells them. */
function namesOnly(actions: ReadonlySet<string>, { message }: DataQuality): boolean {
  const named = message.match(ACTION) ?? [];
  return named.length > 0 && named.every(action => actions.has(action));
}

/** Tell whether a note is about a region that only some launches went to. */
function isElsewhere({ subject }: DataQuality, { session }: Overview): boolean {
  return subject !== null && REGION.test(subject) && subject !== session.region_id;
}

/** Give the permissions that only the Session section misses. */
export function sessionObstacles({ data_quality }: Overview): DataQuality[] {
  return data_quality.filter(note => note.code === 'permission_missing' && namesOnly(SESSION_ACTIONS, note));
}

/** Tell whether the machine of this session, and with it its price, is still being asked for. */
export function isSessionAwaited({ session, data_quality }: Overview): boolean {
  return session.list_unit_price === null && data_quality.some(({ code }) => code === 'session_reading');
}

/** Give the notes that are drawn nowhere else. */
export function remarks(overview: Overview): DataQuality[] {
  const drawn = new Set([...obstacles(overview), ...sessionObstacles(overview)]);
  const inSession = new Set(['host_price_unknown', 'session_reading']);
  return overview.data_quality.filter(note => !drawn.has(note) && !inSession.has(note.code));
}

export function isInformative(note: DataQuality): boolean {
  return INFORMATIVE.has(note.code);
}

/** Tell whether a job's cost is unknown for want of a price, and not of anything else. */
export function lacksPrice(job: JobRow, notes: readonly DataQuality[]): boolean {
  const subjects = [job.name, job.instance_type];
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
  return obstacles(overview).some(note => note.code !== 'permission_missing' || !namesOnly(REPLACEABLE_ACTIONS, note));
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
