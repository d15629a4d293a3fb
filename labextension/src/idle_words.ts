import type { IdleView, Overview, SignalRow } from './api/types';
import type { Formatter } from './format';
import { idleSeconds, isIdle } from './idle';
import { idleFigure, shown } from './live';
import { isSessionAwaited } from './quality';
import type { ICost } from './tokens';
import type { Translation } from './words';

/** How the machine of this session stands, for a picture next to the words. */
export type Standing = 'active' | 'waiting' | 'idle' | 'overdue' | 'off';

/** What the server calls the place of a value that no file gives. */
const BUILT_IN: readonly string[] = ['built-in', 'builtin'];

/** So many letters of a path fit into a line of a narrow panel; of its beginning there are so many at least. */
const MOST_PATH = 32;
const LEAST_BEGINNING = 5;

const TIMEOUT = 'idle.timeout_minutes';
const BY_PRICE = 'idle.timeout_by_price';

export function standingOf(overview: Overview): Standing {
  const { is_overdue, state, waiting } = overview.idle;
  if (isIdle(overview.idle)) {
    return is_overdue ? 'overdue' : 'idle';
  }
  if (state === 'off') {
    return 'off';
  }
  return waiting === null ? 'active' : 'waiting';
}

/** Say in one sentence how it stands now. What the server says is English and stays so. */
export function verdictWords(overview: Overview, cost: ICost): string {
  const { format, trans } = cost;
  const { idle } = overview;
  if (isIdle(overview.idle)) {
    return idleWords(overview, cost);
  }
  if (idle.waiting !== null) {
    return waitingWords(idle.waiting, idle.cost_per_hour, format, trans);
  }
  return idle.state === 'active' ? trans.__('Active: %1', idle.reason) : idle.reason;
}

/** Say for how long it has been idle, and what that has cost. */
function idleWords(overview: Overview, { format, model, trans }: ICost): string {
  const { cost, cost_per_hour } = overview.idle;
  const lasted = format.duration(idleSeconds(overview, model.elapsed) ?? 0);
  const amount = format.money(model.amount(idleFigure(overview)));
  if (amount === null) {
    return isSessionAwaited(overview) ? trans.__('Idle for %1.', lasted) : trans.__('Idle for %1, cost unknown.', lasted);
  }
  return shown(cost) === 0 && shown(cost_per_hour) === 0
    ? trans.__('Idle for %1, at no cost.', lasted)
    : trans.__('Idle for %1, %2 so far.', lasted, amount);
}

function waitingWords(what: string, costPerHour: string | null, format: Formatter, trans: Translation): string {
  const rate = shown(costPerHour) === 0 ? null : format.rate(costPerHour);
  return rate === null
    ? trans.__('Waiting for %1, which runs elsewhere.', what)
    : trans.__('Waiting for %1, which runs elsewhere, on a machine of %2 an hour.', what, rate);
}

/** Say when an idle machine would be stopped, or would have been; null: it is not idle. In this version nothing is. */
export function stopWords(overview: Overview, format: Formatter, trans: Translation): string | null {
  const { is_overdue, stops_at } = overview.idle;
  const at = isIdle(overview.idle) ? format.time(stops_at) : null;
  if (at === null) {
    return null;
  }
  return is_overdue ? trans.__('Would have been stopped at %1.', at) : trans.__('Would be stopped at %1 if nothing happens.', at);
}

/** The same for reading aloud: nothing in it changes by itself. */
export function idleSentence({ idle }: Overview, format: Formatter, trans: Translation): string {
  const [since, at] = [format.time(idle.since) ?? '—', format.time(idle.stops_at)];
  return idle.is_overdue && at !== null
    ? trans.__('This machine has been idle since %1, and would have been stopped at %2.', since, at)
    : trans.__('This machine has been idle since %1.', since);
}

/** Say since when a signal goes on, or how long ago it was seen last, as of the answer it is in. */
export function whenWords(row: SignalRow, asOf: string, format: Formatter, trans: Translation): string {
  if (row.state === 'unknown') {
    return trans.__('not known');
  }
  if (row.state === 'active' && row.holds_until === null) {
    const lasted = spanWords(row.active_since, asOf, format);
    return lasted === null ? trans.__('now') : trans.__('for %1', lasted);
  }
  if (row.last_active_at === null) {
    return trans.__('never yet');
  }
  const ago = spanWords(row.last_active_at, asOf, format);
  return ago === null ? trans.__('just now') : trans.__('%1 ago', ago);
}

/** Write how long ago something was; null: less than a second, or nobody knows. */
function spanWords(time: string | null, asOf: string, format: Formatter): string | null {
  const seconds = time === null ? NaN : (Date.parse(asOf) - Date.parse(time)) / 1000;
  return seconds >= 1 ? format.duration(seconds) : null;
}

/** Say until when something momentary counts; null: it goes on, or does not count. */
export function untilWords(row: SignalRow, format: Formatter, trans: Translation): string | null {
  const until = row.state === 'active' ? format.time(row.holds_until) : null;
  return until === null ? null : trans.__('counts until %1', until);
}

/** Say after how long an idle machine is to be stopped, by whose word, and that this version stops none. */
export function policyWords(view: IdleView, format: Formatter, trans: Translation): string {
  if (view.verdict.state === 'off') {
    return trans.__('Idle shutdown is off.');
  }
  const [minutes, origin] = [minutesWords(view.timeout_minutes, format), originWords(shortPath(timeoutOrigin(view)), trans)];
  return view.mode === 'shadow'
    ? trans.__('Stop after %1 min of idleness, by %2; shadow: nothing is stopped.', minutes, origin)
    : trans.__('Stop after %1 min of idleness, by %2; on, but not done yet: nothing is stopped.', minutes, origin);
}

/** Give the whole path of the file whose word that is, where the sentence has only parts of it; null: it has all, or needs none. */
export function wholeOrigin(view: IdleView): string | null {
  const origin = view.verdict.state === 'off' ? '' : timeoutOrigin(view);
  return shortPath(origin) === origin ? null : origin;
}

export function minutesWords(minutes: string, format: Formatter): string {
  const number = shown(minutes);
  return number === null ? minutes : format.count(number);
}

/** Name the place a value is from. */
export function originWords(origin: string, trans: Translation): string {
  return isBuiltIn(origin) ? trans.__('the built-in policy') : origin;
}

/** Tell whether a value is from no file. */
export function isBuiltIn(origin: string): boolean {
  return BUILT_IN.includes(origin);
}

/** Leave the middle of a long path out, so that a line has its beginning and the name of its file. */
export function shortPath(path: string): string {
  const letters = Array.from(path);
  if (letters.length <= MOST_PATH) {
    return path;
  }
  const name = letters.length - letters.lastIndexOf('/');
  const kept = Math.min(name, MOST_PATH - LEAST_BEGINNING - 1);
  return [...letters.slice(0, MOST_PATH - kept - 1), '…', ...letters.slice(-kept)].join('');
}

/** Give whose word the timeout is: that for all machines, or where it is another, that for the dear ones. */
function timeoutOrigin({ settings, timeout_minutes }: IdleView): string {
  const setting = (place: string): IdleView['settings'][number] | undefined => settings.find(each => each.place === place);
  const forAll = setting(TIMEOUT);
  const isForAll = shown(forAll?.value) === shown(timeout_minutes);
  return (isForAll ? forAll : (setting(BY_PRICE) ?? forAll))?.origin ?? BUILT_IN[0];
}

/** Name a signal as its row does; one that has no row now keeps its name. */
export function signalTitle(name: string, { signals }: IdleView): string {
  return signals.find(row => row.name === name)?.title ?? name.replaceAll('_', ' ');
}
