import * as React from 'react';
import { Dialog, InputDialog, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { ApiError, isOutcomeUnknown } from '../api/errors';
import type { ICost } from '../tokens';
import { appQuestion } from './app';
import { thingOf, titleOf, type Ending } from './ending';
import { endpointQuestion } from './endpoint';
import { jobQuestion } from './job';
import { ownerOf } from './owner';
import { StrangersNote, type Question } from './question';
import { scheduleQuestion } from './schedule';
import { warmPoolQuestion } from './warm_pool';

/** Ask whether something is to be ended, ask AWS to end it, and tell when that did not work. */
export async function confirmAndEnd(ending: Ending, cost: ICost): Promise<void> {
  await cost.model.actions.askOnce(thingOf(ending), () => askAndEnd(ending, cost));
}

async function askAndEnd(ending: Ending, cost: ICost): Promise<void> {
  const stale = questionOf(ending, cost);
  let fresh: Fresh;
  try {
    fresh = await readFresh(ending, cost);
  } catch (error) {
    await tell(stale.notDone, ending, adviceOf(error, stale.goesOn, cost), cost);
    return;
  }
  const question = questionOf(fresh.ending, cost);
  if (!(await isWanted(question, ending, cost)) || !(await isNamed(question, ending, cost))) {
    return;
  }
  try {
    await cost.model.actions.end(thingOf(ending), fresh.token);
  } catch (error) {
    await tellFailure(question, ending, error, cost);
  }
}

interface Fresh {
  readonly ending: Ending;
  /** What the server wants back with the end, as a sign that it was asked about; null: it wants none. */
  readonly token: string | null;
}

/** Read anew what is about to be deleted, since its row may be a minute old, and the token that the delete wants. */
async function readFresh(ending: Ending, { model }: ICost): Promise<Fresh> {
  if (ending.what === 'endpoint') {
    const { endpoint, confirmation_token } = await model.actions.readEndpoint(thingOf(ending));
    return { ending: { what: 'endpoint', row: endpoint }, token: confirmation_token };
  }
  if (ending.what === 'app' && ending.row.kind === 'app') {
    const { app, confirmation_token } = await model.actions.readApp(thingOf(ending));
    return { ending: { what: 'app', row: app }, token: confirmation_token };
  }
  return { ending, token: null };
}

function questionOf(ending: Ending, cost: ICost): Question {
  switch (ending.what) {
    case 'job':
      return jobQuestion(ending.row, cost);
    case 'endpoint':
      return endpointQuestion(ending.row, cost);
    case 'app':
      return appQuestion(ending.row, cost);
    case 'warm-pool':
      return warmPoolQuestion(ending.row, cost);
    case 'schedule':
      return scheduleQuestion(ending.row, cost);
  }
}

async function isWanted(question: Question, ending: Ending, { trans }: ICost): Promise<boolean> {
  const answer = await showDialog({
    title: question.title,
    body: (
      <div className="mlcost-Dialog">
        <strong className="mlcost-Dialog-name">{titleOf(ending)}</strong>
        <span className="mlcost-mod-quiet">{` · ${ending.row.region_id}`}</span>
        {thingOf(ending).is_mine ? null : <StrangersNote owner={ownerOf(ending)} trans={trans} />}
        {question.body}
      </div>
    ),
    buttons: [
      Dialog.cancelButton({ label: question.keep }),
      Dialog.warnButton({ label: question.accept, caption: titleOf(ending) })
    ],
    defaultButton: 0
  });
  return answer.button.accept;
}

/** What is somebody else's is asked about twice: the second time by its name. */
async function isNamed(question: Question, ending: Ending, cost: ICost): Promise<boolean> {
  const { trans } = cost;
  if (thingOf(ending).is_mine) {
    return true;
  }
  const title = titleOf(ending);
  const { button, value } = await InputDialog.getText({
    title: question.title,
    label: trans.__('It is not yours. Type its name to go on: %1', title),
    okLabel: question.accept,
    cancelLabel: question.keep
  });
  if (!button.accept) {
    return false;
  }
  if (value?.trim() !== title) {
    await tell(question.notDone, ending, [trans.__('What was typed is not its name.'), question.goesOn], cost);
    return false;
  }
  return true;
}

async function tellFailure(question: Question, ending: Ending, error: unknown, cost: ICost): Promise<void> {
  const { trans } = cost;
  if (isOutcomeUnknown(error)) {
    const [said] = adviceOf(error, '', cost);
    const look = trans.__('Look at its state in the list. If it still stands there in a minute, try again.');
    await tell(question.unknown, ending, [said, look], cost);
  } else {
    await tell(question.notDone, ending, adviceOf(error, question.goesOn, cost), cost);
  }
}

/** What the server said, and what to do. */
function adviceOf(error: unknown, otherwise: string, { trans }: ICost): [said: string, hint: string] {
  const [said, hint] = error instanceof ApiError ? [error.message, error.hint] : ['', ''];
  return [said || trans.__("Jupyter's server did not answer."), hint || otherwise];
}

async function tell(title: string, ending: Ending, sentences: string[], { trans }: ICost): Promise<void> {
  const message = (
    <div className="mlcost-Dialog">
      <strong className="mlcost-Dialog-name">{titleOf(ending)}</strong>
      {sentences.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  );
  await showErrorMessage(title, { message }, [Dialog.okButton({ label: trans.__('Close') })]);
}
