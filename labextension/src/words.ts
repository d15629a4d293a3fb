import type { TranslationBundle } from '@jupyterlab/translation';
import type { DataQuality, JobRow, PriceRow, Session } from './api/types';
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
  return session.host === 'studio' ? trans.__('SageMaker Studio') : trans.__('This computer');
}

export function kindWords(kind: string, trans: Translation): string {
  return kind === 'training' ? trans.__('Training') : kind;
}

/** Put AWS's status and secondary status in words; what is not known stays as AWS spells it. */
export function stateOf(job: JobRow, isStopping: boolean, trans: Translation): State {
  if (isStopping) {
    return { tone: 'stopping', words: trans.__('Stopping…') };
  }
  return job.status === 'InProgress' ? inProgress(job.secondary_status ?? '', trans) : ended(job, trans);
}

function inProgress(secondary: string, trans: Translation): State {
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
  switch (job.cost_basis) {
    case 'accruing':
      return trans.__('Run time so far at list price');
    case 'at_most':
      return trans.__('At most, until AWS tells the billable seconds');
    default:
      return billableWords(job, format, trans) ?? trans.__('Final: nothing ran');
  }
}

/** Say how many seconds AWS bills; null while it has not told. */
export function billableWords(job: JobRow, format: Formatter, trans: Translation): string | null {
  const seconds = job.billable_time_in_seconds;
  return job.cost_basis === 'final' && seconds !== null
    ? trans._n('AWS: %2 billable second', 'AWS: %2 billable seconds', seconds, format.count(seconds))
    : null;
}

/** Say where a price comes from and how far it can be off. */
export function priceWords(price: PriceRow, trans: Translation): string {
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
export function machineWords(job: JobRow, trans: Translation): string {
  if (job.instance_type === null && job.instance_count !== null && job.cost !== null) {
    return trans.__('several machine types');
  }
  const type = job.instance_type ?? trans.__('machine unknown');
  return (job.instance_count ?? 1) > 1 ? trans.__('%1 × %2', job.instance_count, type) : type;
}

/** Give a note as the server wrote it: in English, which the translator does not know. */
export function noteWords({ message, hint }: DataQuality): string {
  return `${message} ${hint}`;
}

/** Find what the server says about one job, machine or code. */
export function noteAbout(notes: readonly DataQuality[], ...subjects: (string | null)[]): DataQuality | undefined {
  return notes.find(note => note.subject !== null && subjects.includes(note.subject));
}
