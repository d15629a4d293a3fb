import * as React from 'react';
import type { JobRow } from '../api/types';
import { boundOf, boundWords, highWords } from '../bound';
import { jobFigure, shown } from '../live';
import type { ICost } from '../tokens';
import type { Translation } from '../words';
import type { Question } from './question';

/** Stopping a job of any kind. */
export function jobQuestion(job: JobRow, cost: ICost): Question {
  const { trans } = cost;
  const prospect = prospectWords(job, cost);
  return {
    title: trans.__('Stop this job?'),
    accept: trans.__('Stop the job'),
    keep: trans.__('Let it run'),
    body: (
      <>
        <p>{costWords(job, cost)}</p>
        {prospect === '' ? null : <p>{prospect}</p>}
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
  return trans.__('It has cost %1 so far.', boundWords(boundOf(job), amount, trans));
}

/** What it goes on to cost where it is left to run; nothing where nobody can tell. */
function prospectWords(job: JobRow, { format, trans }: ICost): string {
  const rate = shown(job.cost_per_hour) === 0 ? null : format.rate(job.cost_per_hour);
  const high = highWords(job, format, trans);
  const sentences = [
    rate === null ? null : trans.__('It costs %1 an hour as it runs now.', rate),
    high === null ? null : trans.__('If it runs until its stopping condition, it costs %1.', high)
  ];
  return sentences.filter(sentence => sentence !== null).join(' ');
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
