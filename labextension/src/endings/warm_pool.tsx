import * as React from 'react';
import type { WarmPoolRow } from '../api/types';
import type { ICost } from '../tokens';
import { instanceWords } from '../words';
import type { Question } from './question';

/** Giving kept instances back before their time is over. */
export function warmPoolQuestion(pool: WarmPoolRow, { format, trans }: ICost): Question {
  const saving = format.rate(pool.cost_per_hour);
  const machine = instanceWords(pool.instance_type, pool.instance_count, trans);
  return {
    title: trans.__('Release these instances?'),
    accept: trans.__('Release the instances'),
    keep: trans.__('Keep them'),
    body: (
      <>
        <p>
          {saving === null
            ? trans.__('%1: what that saves is not known.', machine)
            : trans.__('%1: that saves %2 an hour.', machine, saving)}
        </p>
        <p>{trans.__('The job itself has ended; the next one waits for machines again, as usual.')}</p>
      </>
    ),
    notDone: trans.__('The instances were not released'),
    unknown: trans.__('It is not known whether the instances were released'),
    goesOn: trans.__('They are kept, and cost on. Try again in a moment.')
  };
}
