import type { KindState, Overview } from './api/types';
import { JOB_KINDS } from './places';
import { isBlocked } from './quality';

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

/** Give the time of the oldest answer that some kinds rest on, where it is worth telling; null: it is fresh, or there is none. */
export function ageWorthTelling(kinds: readonly string[], overview: Overview): string | null {
  const times = kinds.flatMap(kind => stateOf(overview, kind)?.as_of ?? []);
  const oldest = times.sort().at(0);
  return oldest !== undefined && Date.parse(overview.as_of) - Date.parse(oldest) > WORTH_TELLING_MS ? oldest : null;
}

/** Give the kinds that the list of jobs rests on: those asked about often, and those of which it shows any. */
export function kindsOfList(overview: Overview): string[] {
  const shown = new Set(overview.jobs.filter(job => job.is_running).map(job => job.kind));
  return JOB_KINDS.filter(kind => PROMPT_JOB_KINDS.includes(kind) || shown.has(kind));
}
