import type { DataQuality, Overview } from './api/types';

/** The section that lacks something for want of what a note names; `several`: the notes at the end name it for all of them. */
export type Place = 'session' | 'jobs' | 'other-jobs' | 'endpoints' | 'apps' | 'schedules' | 'several';

export const JOB_KINDS = ['training', 'tuning', 'processing', 'transform', 'automl'] as const;

export function isJobKind(kind: string): boolean {
  return (JOB_KINDS as readonly string[]).includes(kind);
}

/** Of a kind, as the reader names it: where its rows stand. */
const PLACE_OF_KIND: Readonly<Record<string, Place | undefined>> = {
  tuning: 'other-jobs',
  processing: 'other-jobs',
  transform: 'other-jobs',
  automl: 'other-jobs',
  endpoint: 'endpoints',
  app: 'apps',
  space: 'apps',
  notebook: 'apps',
  schedule: 'schedules'
};

/** Of an action, as IAM spells it; the first that fits. What fits none concerns the jobs. */
const PLACE_OF_ACTION: readonly [RegExp, Place][] = [
  [/Tuning|Processing|Transform|AutoML/, 'other-jobs'],
  [/Endpoint|InferenceComponent|^cloudwatch:/, 'endpoints'],
  [/App|Space|Notebook|UserProfile|Domain/, 'apps'],
  [/MonitoringSchedule/, 'schedules']
];

/** What a session needs to know itself by, on the hosts that ask AWS. */
const SESSION_ACTIONS: Readonly<Record<string, readonly string[] | undefined>> = {
  notebook_instance: ['sagemaker:DescribeNotebookInstance'],
  studio: ['sagemaker:DescribeApp', 'sagemaker:DescribeSpace'],
  unified_studio: ['sagemaker:DescribeApp', 'sagemaker:DescribeSpace']
};

const ACTION = /\b(?:sagemaker|cloudwatch):\w+/g;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/** Give the actions a note names: the server spells them as IAM does. */
export function actionsIn({ message }: DataQuality): string[] {
  return message.match(ACTION) ?? [];
}

/** Tell whether a note is about a region that only some launches went to. */
export function isElsewhere({ subject }: DataQuality, { session }: Overview): boolean {
  return subject !== null && REGION.test(subject) && subject !== session.region_id;
}

/** Tell where a note about reading AWS belongs: to one kind's section, or to all that is read, the jobs first. */
export function placeOf(note: DataQuality, { session }: Overview): Place {
  const ofKind = note.subject === null ? undefined : PLACE_OF_KIND[note.subject];
  if (ofKind !== undefined || note.code !== 'permission_missing') {
    return ofKind ?? 'jobs';
  }
  const actions = actionsIn(note);
  const ofSession = SESSION_ACTIONS[session.host] ?? [];
  const isOfSession = actions.length > 0 && actions.every(action => ofSession.includes(action));
  return isOfSession ? 'session' : placeOfActions(actions);
}

/** What is denied along with something of the jobs is told with the jobs. */
function placeOfActions(actions: readonly string[]): Place {
  const places = new Set(actions.map(action => PLACE_OF_ACTION.find(([pattern]) => pattern.test(action))?.[1] ?? 'jobs'));
  if (places.size === 0 || places.has('jobs')) {
    return 'jobs';
  }
  return places.size > 1 ? 'several' : [...places][0];
}
