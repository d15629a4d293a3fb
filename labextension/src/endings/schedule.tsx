import * as React from 'react';
import type { ScheduleRow } from '../api/types';
import type { ICost } from '../tokens';
import type { Question } from './question';

/** Stopping a monitoring schedule, which can be started again. */
export function scheduleQuestion(schedule: ScheduleRow, cost: ICost): Question {
  const { trans } = cost;
  return {
    title: trans.__('Stop this schedule?'),
    accept: trans.__('Stop the schedule'),
    keep: trans.__('Let it run'),
    body: (
      <>
        {schedule.endpoint === null ? null : <p>{trans.__('It watches the endpoint %1.', schedule.endpoint)}</p>}
        <p>{savingWords(schedule, cost)}</p>
        <p>{trans.__('It starts no more runs until somebody starts it again. A run that is under way goes on.')}</p>
      </>
    ),
    notDone: trans.__('The schedule was not stopped'),
    unknown: trans.__('It is not known whether the schedule was stopped'),
    goesOn: trans.__('It goes on starting runs. Try again in a moment.')
  };
}

function savingWords({ high_per_run }: ScheduleRow, { format, trans }: ICost): string {
  const high = format.money(high_per_run);
  return high === null
    ? trans.__('What a run costs, and with it what that saves, is not known.')
    : trans.__('That saves at most %1 for each run.', high);
}
