import type { KindState, Overview } from './api/types';
import { JOB_KINDS } from './places';
import { isBlocked, mayHideJobs } from './quality';

/** The kinds that one section shows. */
export const APP_KINDS = ['app', 'space', 'notebook'] as const;

/** AWS is asked often about these, and about the others every few minutes. */
const PROMPT_JOB_KINDS: readonly string[] = ['training', 'tuning'];

/** What is younger is not worth a word. */
const WORTH_TELLING_MS = 60_000;

/** `unasked`: it is not read on this machine; `unknown`: it cannot be read, and the section of the jobs says why. */
export type Knowledge = 'known' | 'reading' | 'denied' | 'unknown' | 'unasked';

function stateOf(overview: Overview, kind: string): KindState | undefined {
  return overview.aws.kinds.find(state => state.kind === kind);
}

/** Tell how much is known of one kind: no rows of it are no answer while it is being read. */
export function knowledgeOf(overview: Overview, kind: string): Knowledge {
  const state = stateOf(overview, kind);
  if (state === undefined || (state.as_of === null && !state.is_denied)) {
    return untold(overview, state === undefined);
  }
  return state.is_denied ? 'denied' : 'known';
}

/** Before AWS's first word nobody knows which kinds will be read. */
function untold(overview: Overview, isMissing: boolean): Knowledge {
  if (isMissing && overview.aws.kinds.length > 0) {
    return 'unasked';
  }
  return overview.aws.status === 'failed' || isBlocked(overview) ? 'unknown' : 'reading';
}

/** Give those of some kinds of which so much is known. */
export function kindsThatAre(knowledge: Knowledge, kinds: readonly string[], overview: Overview): string[] {
  return kinds.filter(kind => knowledgeOf(overview, kind) === knowledge);
}

/** Give the time of the oldest answer of AWS's that some kinds rest on; null: there is none. */
export function oldestAnswer(kinds: readonly string[], overview: Overview): string | null {
  const times = kinds.flatMap(kind => stateOf(overview, kind)?.as_of ?? []);
  return times.sort().at(0) ?? null;
}

/** Give when AWS told what is known of it longest ago; null: it has told nothing yet. */
export function awsTime(overview: Overview | null): Date | null {
  const oldest = overview && oldestAnswer(kindsAsked(overview), overview);
  return oldest === null ? null : new Date(oldest);
}

/** Give that time where it is worth telling; null: it is fresh, or there is none. */
export function ageWorthTelling(kinds: readonly string[], overview: Overview): string | null {
  const oldest = oldestAnswer(kinds, overview);
  return oldest !== null && isOld(oldest, overview) ? oldest : null;
}

function isOld(time: string, overview: Overview): boolean {
  return Date.parse(overview.as_of) - Date.parse(time) > WORTH_TELLING_MS;
}

/** Give all kinds that AWS is asked about; before its first word, those that it may be asked about. */
export function kindsAsked({ aws }: Overview): string[] {
  const told = aws.kinds.map(({ kind }) => kind);
  return told.length > 0 ? told : [...JOB_KINDS, 'endpoint', ...APP_KINDS, 'schedule'];
}

/** Give those of them that stand and cost until somebody ends them. */
export function kindsThatStand(overview: Overview): string[] {
  const stands = ['endpoint', ...APP_KINDS];
  return stands.filter(kind => knowledgeOf(overview, kind) !== 'unasked');
}

/** Tell whether AWS has told all that it is asked about, so that no rows mean that there is nothing. */
export function isAllTold(overview: Overview): boolean {
  const isTold = kindsAsked(overview).every(kind => knowledgeOf(overview, kind) === 'known');
  return isTold && overview.aws.status === 'ok' && !mayHideJobs(overview);
}

/** What is said of AWS where it does not tell what is: since when; null: nothing need be said, AWS tells. */
export type Silence = { readonly since: string | null } | null;

/** Tell since when AWS is silent: it has failed to answer, or it has not been asked for a while. */
export function silenceOf(overview: Overview): Silence {
  const { as_of, status } = overview.aws;
  const since = as_of ?? oldestAnswer(kindsAsked(overview), overview);
  if (status === 'ok') {
    return null;
  }
  if (since !== null && isOld(since, overview)) {
    return { since };
  }
  // Where not all of one's jobs can be found it has failed, too; AWS has told the kinds a moment ago all the same.
  const isAnswering = as_of === null && since !== null;
  return status === 'failed' && !isAnswering ? { since } : null;
}

/** Give the kinds that the list of jobs rests on: those asked about often, and those of which it shows any. */
export function kindsOfList(overview: Overview): string[] {
  const shown = new Set(overview.jobs.filter(job => job.is_running).map(job => job.kind));
  return JOB_KINDS.filter(kind => PROMPT_JOB_KINDS.includes(kind) || shown.has(kind));
}
