import * as React from 'react';
import type { ICost } from '../tokens';
import type { Question } from './question';

/** Stopping a monitoring schedule, which can be started again. */
export function scheduleQuestion({ trans }: ICost): Question {
  return {
    title: trans.__('Stop this schedule?'),
    accept: trans.__('Stop the schedule'),
    keep: trans.__('Let it run'),
    body: <p>{trans.__('It starts no more runs until somebody starts it again. A run that is under way goes on.')}</p>,
    notDone: trans.__('The schedule was not stopped'),
    unknown: trans.__('It is not known whether the schedule was stopped'),
    goesOn: trans.__('It goes on starting runs. Try again in a moment.')
  };
}
