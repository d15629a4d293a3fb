import type { AppRow, EndpointRow, PartRow, ScheduleRow, WarmPoolRow } from './api/types';
import type { Parts } from './day_cost';
import type { Formatter } from './format';
import { shown } from './live';
import { instanceWords, type State, type Translation } from './words';

/** Put AWS's status of an endpoint in words; what is not known stays as AWS spells it. */
export function endpointState(row: EndpointRow, isEnding: boolean, trans: Translation): State {
  if (isEnding) {
    return { tone: 'stopping', words: trans.__('Deleting…') };
  }
  const states = new Map<string, State>([
    ['InService', { tone: 'running', words: trans.__('In service') }],
    ['Creating', { tone: 'waiting', words: trans.__('Being created') }],
    ['Updating', { tone: 'running', words: trans.__('Being updated') }],
    ['SystemUpdating', { tone: 'running', words: trans.__('Being updated by AWS') }],
    ['RollingBack', { tone: 'running', words: trans.__('Rolling back') }],
    ['OutOfService', { tone: 'stopped', words: trans.__('Out of service') }],
    ['Failed', { tone: 'failed', words: trans.__('Failed') }],
    ['UpdateRollbackFailed', { tone: 'failed', words: trans.__('Neither updated nor rolled back') }]
  ]);
  return states.get(row.status) ?? { tone: 'waiting', words: row.status };
}

/** The same of an app or a notebook instance. */
export function appState(row: AppRow, isEnding: boolean, trans: Translation): State {
  if (isEnding) {
    return { tone: 'stopping', words: trans.__('Stopping…') };
  }
  const states = new Map<string, State>([
    ['InService', { tone: 'running', words: trans.__('Running') }],
    ['Pending', { tone: 'waiting', words: trans.__('Starting') }],
    ['Updating', { tone: 'waiting', words: trans.__('Being updated') }],
    ['Stopped', { tone: 'stopped', words: trans.__('Stopped') }],
    ['Deleted', { tone: 'stopped', words: trans.__('Stopped') }],
    ['Failed', { tone: 'failed', words: trans.__('Failed') }]
  ]);
  return states.get(row.status) ?? { tone: 'waiting', words: row.status };
}

/** The same of kept instances: AWS's words, of which only two are of use here. */
export function warmPoolState(row: WarmPoolRow, isEnding: boolean, until: string | null, trans: Translation): State {
  if (isEnding) {
    return { tone: 'stopping', words: trans.__('Releasing…') };
  }
  if (row.status === 'InUse') {
    return { tone: 'running', words: trans.__('In use by the next job') };
  }
  return { tone: 'running', words: until === null ? trans.__('Kept for the next job') : trans.__('Kept until %1', until) };
}

/** Say what kept instances and their volumes cost while they are kept; null where neither is known. */
export function keptRateWords(row: WarmPoolRow, format: Formatter, trans: Translation): string | null {
  const [perHour, storage] = [format.rate(row.cost_per_hour), format.rate(row.storage_cost_per_day)];
  if (perHour === null) {
    return shown(row.storage_cost_per_day) ? trans.__('at least %1 a day for volumes', storage) : null;
  }
  if (storage === null) {
    return trans.__('at least %1 an hour', perHour);
  }
  return shown(row.storage_cost_per_day) === 0
    ? trans.__('%1 an hour', perHour)
    : trans.__('%1 an hour, and %2 a day for volumes', perHour, storage);
}

/** The same of a schedule; what runs by itself needs no word of it. */
export function scheduleState(row: ScheduleRow, isEnding: boolean, trans: Translation): State | null {
  if (isEnding) {
    return { tone: 'stopping', words: trans.__('Stopping…') };
  }
  switch (row.status) {
    case 'Scheduled':
      return null;
    case 'Pending':
      return { tone: 'waiting', words: trans.__('Starting') };
    case 'Stopped':
      return { tone: 'stopped', words: trans.__('Stopped') };
    case 'Failed':
      return { tone: 'failed', words: trans.__('Failed') };
    default:
      return { tone: 'waiting', words: row.status };
  }
}

/** Name the mode of an endpoint or a variant; null where it is not known. */
export function modeWords(mode: string | null, trans: Translation): string | null {
  switch (mode) {
    case 'real-time':
      return trans.__('Real-time');
    case 'serverless':
      return trans.__('Serverless');
    case 'asynchronous':
      return trans.__('Asynchronous');
    case 'mixed':
      return trans.__('Several modes');
    default:
      return mode;
  }
}

/** `2 × ml.g5.xlarge`; nothing for what has no instances of its own. */
export function endpointMachine(row: EndpointRow | PartRow, trans: Translation): string | null {
  if (row.mode === 'serverless') {
    return null;
  }
  if (row.instance_type === null && row.cost_per_day !== null) {
    return trans.__('several machine types');
  }
  return instanceWords(row.instance_type, row.instance_count, trans);
}

/** Give the two parts of an app's cost; one that is in no space has no volume of its own. */
export function appParts({ kind, space_name, cost_per_day, storage_cost_per_day }: AppRow): Parts {
  const hasVolume = kind !== 'app' || space_name !== null;
  return { cost_per_day, storage_cost_per_day: hasVolume ? storage_cost_per_day : '0' };
}

/** Name the kind of an app in AWS's own words. */
export function appTypeWords(row: AppRow, trans: Translation): string {
  switch (row.kind) {
    case 'notebook':
      return trans.__('Notebook instance');
    case 'space':
      return trans.__('Space');
    default:
      return row.app_type === 'CodeEditor' ? trans.__('Code Editor') : (row.app_type ?? trans.__('App'));
  }
}

const DAILY = /^cron\(0 (\d{1,2}) \? \* \* \*\)$/;
const EVERY_SO_MANY_HOURS = /^cron\(0 \d{1,2}\/(\d{1,2}) \? \* \* \*\)$/;

/** Say how often a schedule runs. SageMaker takes hourly, daily and every-so-many-hours expressions, and `NOW` for once. */
export function rhythmWords(expression: string | null, format: Formatter, trans: Translation): string {
  if (expression === null) {
    return trans.__('Runs at times that are not known');
  }
  if (expression === 'NOW') {
    return trans.__('Runs once');
  }
  if (expression === 'cron(0 * ? * * *)') {
    return trans.__('Runs every hour');
  }
  const daily = DAILY.exec(expression);
  if (daily !== null) {
    return trans.__('Runs every day at %1 UTC', `${daily[1].padStart(2, '0')}:00`);
  }
  const hours = EVERY_SO_MANY_HOURS.exec(expression);
  return hours === null
    ? trans.__('Runs by %1', expression)
    : trans._n('Runs every %2 hour', 'Runs every %2 hours', Number(hours[1]), format.count(Number(hours[1])));
}
