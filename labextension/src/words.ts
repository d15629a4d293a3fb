import type { TranslationBundle } from '@jupyterlab/translation';
import type { DataQuality, JobRow, Past, PriceRow, Session } from './api/types';
import type { Formatter } from './format';

/** What the views need of JupyterLab's translation bundle. */
export type Translation = Pick<TranslationBundle, '__' | '_n'>;

/** How a job stands, as a picture and a tone next to the words. */
export type Tone = 'waiting' | 'running' | 'stopping' | 'done' | 'stopped' | 'failed';

export interface State {
  readonly tone: Tone;
  readonly words: string;
}

export function hostWords(session: Session, trans: Translation): string {
  switch (session.host) {
    case 'studio':
      return trans.__('SageMaker Studio');
    case 'unified_studio':
      return trans.__('SageMaker Unified Studio');
    case 'notebook_instance':
      return trans.__('Notebook instance');
    case 'jupyterhub':
      return trans.__('JupyterHub');
    case 'ec2':
      return trans.__('EC2');
    default:
      return trans.__('This computer');
  }
}

/** Name a kind of thing; one that is new here keeps AWS's own word. */
export function kindWords(kind: string, trans: Translation): string {
  switch (kind) {
    case 'training':
      return trans.__('Training');
    case 'tuning':
      return trans.__('Tuning');
    case 'processing':
      return trans.__('Processing');
    case 'transform':
      return trans.__('Batch transform');
    case 'automl':
      return trans.__('Autopilot');
    default:
      return standingKindWords(kind, trans);
  }
}

function standingKindWords(kind: string, trans: Translation): string {
  switch (kind) {
    case 'endpoint':
      return trans.__('Endpoints');
    case 'app':
      return trans.__('Apps');
    case 'space':
      return trans.__('Spaces');
    case 'notebook':
      return trans.__('Notebook instances');
    case 'schedule':
      return trans.__('Schedules');
    default:
      return kind;
  }
}

/** Put AWS's status and secondary status in words; what is not known stays as AWS spells it. */
export function stateOf(job: JobRow, isStopping: boolean, trans: Translation): State {
  if (isStopping) {
    return { tone: 'stopping', words: trans.__('Stopping…') };
  }
  return job.status === 'InProgress' ? inProgress(job, trans) : ended(job, trans);
}

function inProgress(job: JobRow, trans: Translation): State {
  // Only training tells its steps; of the others a start is all there is, and of a sum not even that.
  const isGetting = job.secondary_status === null && job.started_at === null && job.kind !== 'training' && !job.is_sum;
  return inStep(isGetting ? 'Starting' : (job.secondary_status ?? ''), trans);
}

function inStep(secondary: string, trans: Translation): State {
  const getting: State = { tone: 'waiting', words: trans.__('Getting machines, not billed yet') };
  const downloading: State = { tone: 'running', words: trans.__('Downloading') };
  const states = new Map<string, State>([
    ['Starting', getting],
    ['Pending', getting],
    ['LaunchingMLInstances', getting],
    ['PreparingTrainingStack', getting],
    ['Interrupted', { tone: 'waiting', words: trans.__('Interrupted, waits for Spot') }],
    ['Downloading', downloading],
    ['DownloadingTrainingImage', downloading],
    ['Training', { tone: 'running', words: trans.__('Running') }],
    ['Uploading', { tone: 'running', words: trans.__('Saving results') }],
    ['Restarting', { tone: 'running', words: trans.__('Restarting') }],
    ['', { tone: 'running', words: trans.__('In progress') }]
  ]);
  return states.get(secondary) ?? { tone: 'running', words: secondary };
}

function ended(job: JobRow, trans: Translation): State {
  if (job.secondary_status === 'MaxRuntimeExceeded') {
    return { tone: 'stopped', words: trans.__('Stopped at its time limit') };
  }
  switch (job.status) {
    case 'Completed':
      return { tone: 'done', words: trans.__('Completed') };
    case 'Stopped':
      return { tone: 'stopped', words: trans.__('Stopped') };
    case 'Failed':
      return { tone: 'failed', words: trans.__('Failed') };
    case 'Unknown':
      return { tone: 'waiting', words: trans.__('State unknown') };
    default:
      return { tone: 'waiting', words: job.status };
  }
}

/** Say how sure a job's figure is. An estimate is never called billed. */
export function basisWords(job: JobRow, format: Formatter, trans: Translation): string {
  if (job.cost === null) {
    return trans.__('Unknown, and left out of every total');
  }
  if (job.is_sum) {
    return childrenWords(job, format, trans) ?? trans.__('The sum of the jobs it has started');
  }
  switch (job.cost_basis) {
    case 'accruing':
      return trans.__('Run time so far at list price');
    case 'at_most':
      return trans.__('At most, until AWS tells the billable seconds');
    default:
      return billableWords(job, format, trans) ?? finalWords(job, trans);
  }
}

/** Training jobs are billed by their billable seconds; the others from their start to their end. */
function finalWords(job: JobRow, trans: Translation): string {
  return job.started_at === null || job.kind === 'training'
    ? trans.__('Final: nothing ran')
    : trans.__('Final: from its start to its end at list price');
}

/** Say whether all that a job has started is in its sum; null where AWS does not tell. */
function childrenWords(job: JobRow, format: Formatter, trans: Translation): string | null {
  const { children_known: known, children_started: started } = job;
  if (known === null || started === null) {
    return null;
  }
  return known < started
    ? trans.__(
        'The sum of %1 of the %2 jobs it has started; the others are not known yet',
        format.count(known),
        format.count(started)
      )
    : trans._n('The sum of the %2 job it has started', 'The sum of the %2 jobs it has started', started, format.count(started));
}

/** `12 of 20 jobs`: how many of the jobs it has started are in its cost; null where nobody knows. */
export function childCount(job: JobRow, format: Formatter, trans: Translation): string | null {
  const { children_known: known, children_started: started } = job;
  if (known === null) {
    return null;
  }
  return started === null || known >= started
    ? trans._n('%2 job', '%2 jobs', known, format.count(known))
    : trans._n('%2 of %3 job', '%2 of %3 jobs', started, format.count(known), format.count(started));
}

/** Say how many seconds AWS bills; null while it has not told. */
export function billableWords(job: JobRow, format: Formatter, trans: Translation): string | null {
  const seconds = job.billable_time_in_seconds;
  return job.cost_basis === 'final' && seconds !== null
    ? trans._n('AWS: %2 billable second', 'AWS: %2 billable seconds', seconds, format.count(seconds))
    : null;
}

/** Who says what a unit costs. */
export type PriceSourceFacts = Pick<PriceRow, 'price_basis' | 'price_origin' | 'price_as_of' | 'error_percent'>;

/** Say where a price comes from and how far it can be off. */
export function priceWords(price: PriceSourceFacts, trans: Translation): string {
  switch (price.price_basis) {
    case 'derived':
      return price.error_percent === null
        ? trans.__('Derived: %1', price.price_origin)
        : trans.__('Derived, ±%1 %: %2', price.error_percent, price.price_origin);
    case 'contracted':
      return trans.__('Your contracted rate: %1', price.price_origin);
    default:
      return price.price_origin;
  }
}

/** `2 × ml.g5.xlarge`; the count is left out where it is one. Groups of instances have no one type, but a cost. */
export function machineWords(job: JobRow, trans: Translation): string | null {
  if (job.is_sum) {
    return null;
  }
  if (job.low !== null && job.instance_type === null) {
    return trans.__('machine not chosen yet');
  }
  if (job.instance_type === null && job.instance_count !== null && job.cost !== null) {
    return trans.__('several machine types');
  }
  return instanceWords(job.instance_type, job.instance_count, trans);
}

/** The same of anything that has instances. */
export function instanceWords(instanceType: string | null, count: number | null, trans: Translation): string {
  const type = instanceType ?? trans.__('machine unknown');
  return (count ?? 1) === 1 ? type : trans.__('%1 × %2', count, type);
}

/** Name a set of kinds, as they are spoken of in a sentence. */
export function kindsWords(kinds: readonly string[], trans: Translation): string {
  return kinds.map(kind => kindWords(kind, trans)).join(trans.__(', '));
}

/** From this gap on it is said that AWS is read once a minute, which is the slowest it becomes. */
const A_MINUTE_OR_SO_SECONDS = 55;

/** Say how often AWS is asked while it wants to be asked less; null while it does not. */
export function paceWords(secondsBetweenCalls: number | null, format: Formatter, trans: Translation): string | null {
  if (secondsBetweenCalls === null) {
    return null;
  }
  return secondsBetweenCalls >= A_MINUTE_OR_SO_SECONDS
    ? trans.__('AWS asks for fewer requests: read once a minute')
    : trans.__('AWS asks for fewer requests: one every %1', format.duration(Math.ceil(secondsBetweenCalls)));
}

/** Say what the jobs of the last weeks have cost; null where it is not known, or there were none. */
export function pastWords(past: Past | null, format: Formatter, trans: Translation): string | null {
  const amount = past === null ? null : format.money(past.cost);
  if (past === null || past.jobs === 0 || amount === null) {
    return null;
  }
  const { days, jobs, unpriced, is_complete } = past;
  const sum = is_complete && unpriced === 0 ? amount : trans.__('at least %1', amount);
  const words = trans._n(
    '%2 training job ended in the last %3 days: %4',
    '%2 training jobs ended in the last %3 days: %4',
    jobs,
    format.count(jobs),
    days,
    sum
  );
  return is_complete ? words : trans.__('%1 (older ones are still being read)', words);
}

/** Write tags in one line; null where there are none. */
export function tagWords(tags: Record<string, string>): string | null {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}: ${value}`);
  return pairs.length === 0 ? null : pairs.join(', ');
}

/** Give a note as the server wrote it: in English, which the translator does not know. */
export function noteWords({ message, hint }: DataQuality): string {
  return `${message} ${hint}`;
}

/** Find what the server says about one job, machine or code. */
export function noteAbout(notes: readonly DataQuality[], ...subjects: (string | null)[]): DataQuality | undefined {
  return notes.find(note => note.subject !== null && subjects.includes(note.subject));
}
