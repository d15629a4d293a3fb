import * as React from 'react';
import { Dialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { ApiError, isOutcomeUnknown } from './api/errors';
import type { JobRow } from './api/types';
import { jobFigure } from './live';
import type { ICost } from './tokens';

/** Ask whether a job is to be stopped, ask AWS to stop it, and tell when that did not work. */
export async function confirmAndStop(job: JobRow, cost: ICost): Promise<void> {
  const { trans } = cost;
  const answer = await showDialog({
    title: trans.__('Stop this job?'),
    body: <Question job={job} cost={cost} />,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Let it run') }),
      Dialog.warnButton({ label: trans.__('Stop the job'), caption: trans.__('Ask AWS to stop %1', job.name) })
    ],
    defaultButton: 0
  });
  if (!answer.button.accept) {
    return;
  }
  try {
    await cost.model.stopJob(job);
  } catch (error) {
    await tellFailure(job, error, cost);
  }
}

async function tellFailure(job: JobRow, error: unknown, cost: ICost): Promise<void> {
  const { trans } = cost;
  const title = isOutcomeUnknown(error)
    ? trans.__('It is not known whether the job was stopped')
    : trans.__('The job was not stopped');
  const message = <Failure job={job} error={error} cost={cost} />;
  await showErrorMessage(title, { message }, [Dialog.okButton({ label: trans.__('Close') })]);
}

function Question({ job, cost }: { job: JobRow; cost: ICost }): React.JSX.Element {
  const { format, model, trans } = cost;
  const amount = format.money(model.amount(jobFigure(job)));
  const known =
    job.cost_basis === 'at_most' ? trans.__('It has cost at most %1 so far.', amount) : trans.__('It has cost %1 so far.', amount);
  return (
    <div className="mlcost-Dialog">
      <strong className="mlcost-Dialog-name">{job.name}</strong>
      <p>{amount === null ? trans.__('What it has cost is not known.') : known}</p>
      <p>{trans.__('It gets two minutes to save its results, and cannot be continued.')}</p>
    </div>
  );
}

function Failure({ job, error, cost }: { job: JobRow; error: unknown; cost: ICost }): React.JSX.Element {
  const { trans } = cost;
  const [said, advice] = error instanceof ApiError ? [error.message, error.hint] : ['', ''];
  const message = said || trans.__("Jupyter's server did not answer.");
  const hint = isOutcomeUnknown(error)
    ? trans.__('Look at its state in the list. If it still runs there in a minute, try again.')
    : advice || trans.__('The job runs on. Try again in a moment.');
  return (
    <div className="mlcost-Dialog">
      <strong className="mlcost-Dialog-name">{job.name}</strong>
      <p>{message}</p>
      <p>{hint}</p>
    </div>
  );
}
