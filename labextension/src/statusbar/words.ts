import type { Overview } from '../api/types';
import { isAtLeast } from '../bound';
import type { Formatter } from '../format';
import { idleSeconds, isIdleForLong } from '../idle';
import { idleSentence } from '../idle_words';
import { kindsThatAre, silenceOf } from '../kinds';
import { JOB_KINDS } from '../places';
import type { Phase } from '../phase';
import { isSessionAwaited, mayHideJobs } from '../quality';
import { standingTotal } from '../standing_total';
import type { ICost } from '../tokens';
import type { Translation } from '../words';

/** What stands in the bar before the first overview. */
export function beforeFirst(phase: Phase, trans: Translation): string {
  switch (phase) {
    case 'refused':
      return trans.__('Cost: signed out');
    case 'forbidden':
      return trans.__('Cost: not allowed');
    case 'gone':
      return trans.__('Cost: not running');
    case 'failed':
      return trans.__('Cost: error');
    case 'offline':
      return trans.__('Cost: offline');
    default:
      return trans.__('Cost …');
  }
}

/** Say since when the figures stand still, or AWS is silent, and why; null while neither is so. */
export function standingWords({ format, model, trans }: ICost): string | null {
  const at = format.time(model.confirmedTime) ?? '—';
  switch (model.phase) {
    case 'refused':
      return trans.__('signed out, as of %1', at);
    case 'forbidden':
      return trans.__('not allowed, as of %1', at);
    case 'gone':
      return trans.__('not running, as of %1', at);
    case 'failed':
      return trans.__('error, as of %1', at);
    case 'offline':
      return trans.__('offline, as of %1', at);
    default:
      return awsWords(model.overview, format, trans);
  }
}

function awsWords(overview: Overview | null, format: Formatter, trans: Translation): string | null {
  const silence = overview && silenceOf(overview);
  if (silence === null) {
    return null;
  }
  const since = format.time(silence.since);
  return since === null ? trans.__('AWS not read') : trans.__('AWS as of %1', since);
}

/** Give the rate of this session. */
export function rateWords(overview: Overview, { format, trans }: ICost): string {
  const rate = sessionRate(overview, format);
  if (rate !== null) {
    return trans.__('%1/h', rate);
  }
  return isSessionAwaited(overview) ? trans.__('Cost …') : trans.__('no price');
}

function sessionRate({ session }: Overview, format: Formatter): string | null {
  return format.rate(session.cost_per_hour ?? session.list_unit_price);
}

/** Say how many jobs run and what they have cost so far, around a sum or a slot for one. */
export function runningWords(overview: Overview, sum: string, { format, trans }: ICost): string {
  const { launched_running: running } = overview.totals;
  const count = format.count(running);
  return isAtLeast(overview)
    ? trans._n('%2 job, at least %3 so far', '%2 jobs, at least %3 so far', running, count, sum)
    : trans._n('%2 job, %3 so far', '%2 jobs, %3 so far', running, count, sum);
}

/** Say for how long this machine has been idle. */
export function idleTimeWords(overview: Overview, { format, model, trans }: ICost): string {
  return trans.__('idle %1', format.duration(idleSeconds(overview, model.elapsed) ?? 0));
}

/** The same in sentences, how sure it is first; they are not rewritten each second, since they are read aloud. */
export function statusWords(cost: ICost): string {
  const { format, model, trans } = cost;
  const { overview, phase } = model;
  const at = format.time(model.confirmedTime);
  const sentences = [
    phaseSentence(cost),
    phase === 'live' || at === null ? null : trans.__('Figures as of %1.', at),
    ...(overview === null
      ? []
      : [
          awsSentence(overview, cost),
          rateSentence(overview, cost),
          isIdleForLong(overview, model.elapsed) ? idleSentence(overview, format, trans) : null,
          ...runningSentences(overview, cost),
          standingSentence(overview, cost)
        ]),
    trans.__('Open the cost panel.')
  ];
  return sentences.filter(sentence => sentence !== null).join(' ');
}

function phaseSentence({ model, trans }: ICost): string | null {
  switch (model.phase) {
    case 'loading':
      return trans.__('Costs are being read.');
    case 'offline':
      return trans.__("Offline: Jupyter's server does not answer.");
    case 'failed':
      return trans.__("Jupyter's server answers with an error.");
    case 'refused':
      return trans.__('You are signed out.');
    case 'forbidden':
      return trans.__('You are not allowed to see costs here.');
    case 'gone':
      return trans.__('The server half of mlcost-ext is not running.');
    default:
      return null;
  }
}

function awsSentence(overview: Overview, { format, trans }: ICost): string | null {
  const silence = silenceOf(overview);
  if (silence === null) {
    return null;
  }
  const since = format.time(silence.since);
  return since === null
    ? trans.__('AWS could not be read yet.')
    : trans.__('AWS as of %1: what runs is carried on as if nothing had changed.', since);
}

function rateSentence(overview: Overview, { format, trans }: ICost): string {
  const rate = sessionRate(overview, format);
  if (rate !== null) {
    return trans.__('This session: %1 an hour.', rate);
  }
  return isSessionAwaited(overview)
    ? trans.__('The machine of this session is being read.')
    : trans.__('No price for this machine.');
}

function runningSentences(overview: Overview, { format, trans }: ICost): (string | null)[] {
  const { launched_running: running, launched_running_cost, running_cost } = overview.totals;
  if (running === 0) {
    const isRead = kindsThatAre('reading', JOB_KINDS, overview).length === 0;
    const isKnown = running_cost !== null && isRead && !mayHideJobs(overview);
    return [isKnown ? trans.__('No job runs.') : trans.__('What runs is not known.')];
  }
  const sum = format.money(launched_running_cost);
  const sumSentence = isAtLeast(overview) ? trans.__('At least %1 so far.', sum) : trans.__('%1 so far.', sum);
  return [
    trans._n('%2 job runs.', '%2 jobs run.', running, format.count(running)),
    sum === null ? trans.__('What they cost is not known.') : sumSentence
  ];
}

/** What endpoints, apps and volumes cost a day, whatever runs; null where there are none. */
function standingSentence(overview: Overview, cost: ICost): string | null {
  const { trans } = cost;
  const total = standingTotal(overview, cost);
  switch (total.is) {
    case 'nothing':
      return null;
    case 'known':
      return trans.__('What else stays on costs %1.', total.words);
    case 'reading':
      return trans.__('What else stays on is being read.');
    default:
      return trans.__('What else stays on costs an amount that is not known.');
  }
}
