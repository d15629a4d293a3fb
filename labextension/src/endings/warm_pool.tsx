import * as React from 'react';
import type { WarmPoolRow } from '../api/types';
import type { ICost } from '../tokens';
import { keptRateWords } from '../standing';
import { instanceWords, type Translation } from '../words';
import type { Question } from './question';

/** Giving kept instances back before their time is over. */
export function warmPoolQuestion(pool: WarmPoolRow, { format, trans }: ICost): Question {
  const machine = instanceWords(pool.instance_type, pool.instance_count, trans);
  const rate = keptRateWords(pool, format, trans);
  return {
    title: trans.__('Release these instances?'),
    accept: trans.__('Release the instances'),
    keep: trans.__('Keep them'),
    body: (
      <>
        <p>
          {rate === null ? trans.__('%1: what they cost is not known.', machine) : trans.__('%1: they cost %2.', machine, rate)}
        </p>
        <p>{savingWords(format.time(pool.until), trans)}</p>
        <p>{trans.__('The job itself has ended; the next one waits for machines again, as usual.')}</p>
      </>
    ),
    notDone: trans.__('The instances were not released'),
    unknown: trans.__('It is not known whether the instances were released'),
    goesOn: trans.__('They are kept, and cost on. Try again in a moment.')
  };
}

/** They are given back by themselves in the end, and nothing is saved from then on. */
function savingWords(until: string | null, trans: Translation): string {
  return until === null
    ? trans.__('Releasing them saves that until AWS gives them back by itself; when that is is not known.')
    : trans.__('Releasing them saves that until %1 at the latest, when AWS gives them back by itself.', until);
}
