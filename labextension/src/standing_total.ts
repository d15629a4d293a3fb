import type { Overview } from './api/types';
import { kindsThatAre, kindsThatStand } from './kinds';
import { shown } from './live';
import { obstacles, obstaclesAt } from './quality';
import type { ICost } from './tokens';
import { noteWords } from './words';

/** What everything that stands costs a day, but for this session's machine, or why that cannot be told. */
export type StandingTotal =
  | { readonly is: 'nothing' }
  | { readonly is: 'reading' }
  | { readonly is: 'unknown'; readonly why: string }
  | { readonly is: 'known'; readonly words: string };

/** What is told at the end of the panel and keeps several kinds from being read. */
const LACKING = ['permission_missing', 'metadata_broken', 'region_unread'];

/** Judge the total of what stands: as long as not all was read it is at least so much, and at least nothing is not known. */
export function standingTotal(overview: Overview, { format, trans }: Pick<ICost, 'format' | 'trans'>): StandingTotal {
  const { is_standing_complete, standing, standing_cost_per_day, standing_unpriced } = overview.totals;
  const perDay = format.rate(standing_cost_per_day);
  const isAtLeast = standing_unpriced > 0 || !is_standing_complete;
  if (perDay === null || (isAtLeast && shown(standing_cost_per_day) === 0)) {
    return missing(overview, trans);
  }
  if (standing === 0) {
    return { is: 'nothing' };
  }
  return { is: 'known', words: isAtLeast ? trans.__('at least %1 a day', perDay) : trans.__('%1 a day', perDay) };
}

function missing(overview: Overview, trans: ICost['trans']): StandingTotal {
  if (overview.totals.standing === 0 && kindsThatAre('reading', kindsThatStand(overview), overview).length > 0) {
    return { is: 'reading' };
  }
  const note = [
    ...obstacles(overview),
    ...obstaclesAt('endpoints', overview),
    ...obstaclesAt('apps', overview),
    ...overview.data_quality.filter(({ code }) => LACKING.includes(code))
  ].at(0);
  const otherwise =
    overview.totals.standing > 0
      ? trans.__('The rows of what stays on say what each of them lacks.')
      : trans.__('AWS has not told what there is.');
  return { is: 'unknown', why: note === undefined ? otherwise : noteWords(note) };
}
