import * as React from 'react';
import type { JobRow } from '../api/types';
import { jobFigure } from '../live';
import type { ICost } from '../tokens';
import type { Translation } from '../words';
import type { Question } from './question';

/** Stopping a job of any kind. */
export function jobQuestion(job: JobRow, cost: ICost): Question {
  const { trans } = cost;
  return {
    title: trans.__('Stop this job?'),
    accept: trans.__('Stop the job'),
    keep: trans.__('Let it run'),
    body: (
      <>
        <p>{costWords(job, cost)}</p>
        <p>{consequence(job.kind, trans)}</p>
      </>
    ),
    notDone: trans.__('The job was not stopped'),
    unknown: trans.__('It is not known whether the job was stopped'),
    goesOn: trans.__('The job runs on. Try again in a moment.')
  };
}

function costWords(job: JobRow, { format, model, trans }: ICost): string {
  // What others run is not in the overview, so its figure is not carried on.
  const amount = format.money(job.is_mine ? model.amount(jobFigure(job)) : job.cost);
  if (amount === null) {
    return trans.__('What it has cost is not known.');
  }
  return job.cost_basis === 'at_most'
    ? trans.__('It has cost at most %1 so far.', amount)
    : trans.__('It has cost %1 so far.', amount);
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html and its neighbours. */
function consequence(kind: string, trans: Translation): string {
  switch (kind) {
    case 'training':
      return trans.__('It gets two minutes to save its results, and cannot be continued.');
    case 'tuning':
      return trans.__('The training jobs it has started are stopped too. It cannot be continued.');
    case 'automl':
      return trans.__('The jobs it has started are stopped too. It cannot be continued.');
    case 'transform':
      return trans.__('What it has made so far is not kept, and it cannot be continued.');
    default:
      return trans.__('It cannot be continued.');
  }
}
