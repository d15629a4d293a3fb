import type { CalibratedJob, Calibration } from '../../api/types';
import type { Formatter } from '../../format';
import { shown } from '../../live';
import type { Translation } from '../../words';

/** Below this an amount is drawn as less than it, and whether it is more or less than nothing says little. */
const SMALLEST_SIGNED = 0.0001;

/** A sign is not to end a line, with its amount on the next. */
const NO_BREAK = '\u00a0';

/** Say how the latest estimates have held; null where none of their jobs has ended yet. */
export function heldWords(calibration: Calibration | null, trans: Translation): string | null {
  if (calibration === null || calibration.jobs === 0) {
    return null;
  }
  const { jobs, intervals, held, promised_percent } = calibration;
  if (intervals === 0) {
    return trans._n(
      '%1 job has ended since it was estimated; it had no interval yet.',
      '%1 jobs have ended since they were estimated; none had an interval yet.',
      jobs
    );
  }
  const percent = Math.round((100 * held) / intervals);
  return jobs === intervals
    ? trans._n(
        'Our %2 % interval held on %3 of your last %1 job (%4 %).',
        'Our %2 % interval held on %3 of your last %1 jobs (%4 %).',
        jobs,
        promised_percent,
        held,
        percent
      )
    : trans._n(
        'Our %2 % interval held on %3 of %1 job that had one (%4 %), among your last %5.',
        'Our %2 % interval held on %3 of %1 jobs that had one (%4 %), among your last %5.',
        intervals,
        promised_percent,
        held,
        percent,
        jobs
      );
}

/** Say by how much a job cost more or less than estimated, and why; what makes no difference is left out. */
export function differenceWords(job: CalibratedJob, format: Formatter, trans: Translation): string {
  const parts: [string, string][] = [
    [job.by_runtime, trans.__('by runtime')],
    [job.by_rate, trans.__('by rate')],
    [job.by_storage, trans.__('by storage')]
  ];
  const said = parts
    .filter(([amount]) => !isNothing(amount))
    .map(([amount, why]) => trans.__('%1 %2', why, signedWords(amount, format, trans)))
    .join(' · ');
  const whole = isNothing(job.difference) ? trans.__('No difference') : signedWords(job.difference, format, trans);
  return said === '' ? whole : trans.__('%1: %2', whole, said);
}

/** Write an amount that may be below zero; nothing is computed, its sign is set apart as text. */
export function signedWords(amount: string, format: Formatter, trans: Translation): string {
  const isBelow = amount.startsWith('-');
  const digits = isBelow ? amount.slice(1) : amount;
  const written = format.money(digits);
  if (written === null) {
    return trans.__('not known');
  }
  if ((shown(digits) ?? 0) < SMALLEST_SIGNED) {
    return written;
  }
  return (isBelow ? trans.__('− %1', written) : trans.__('+ %1', written)).replace(' ', NO_BREAK);
}

function isNothing(amount: string): boolean {
  return shown(amount) === 0;
}

/** Say whether a job took as long as its interval said: a sign, and the words for it. */
export function withinWords({ is_within }: CalibratedJob, trans: Translation): [string, string] {
  if (is_within === null) {
    return ['–', trans.__('it had no interval')];
  }
  return is_within ? ['✓', trans.__('within its interval')] : ['✗', trans.__('outside its interval')];
}
