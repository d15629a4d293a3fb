import * as React from 'react';
import type { AppRow } from '../api/types';
import type { ICost } from '../tokens';
import type { Question } from './question';

/** Stopping a Studio app or a notebook instance: what runs in it ends, its volume stays. */
export function appQuestion(app: AppRow, cost: ICost): Question {
  const { trans } = cost;
  const isNotebook = app.kind === 'notebook';
  return {
    title: isNotebook ? trans.__('Stop this notebook instance?') : trans.__('Stop this app?'),
    accept: isNotebook ? trans.__('Stop the notebook instance') : trans.__('Stop the app'),
    keep: trans.__('Let it run'),
    body: (
      <>
        <p>{savingWords(app, cost)}</p>
        <p>{trans.__('What runs in it ends, and what is not saved is lost.')}</p>
        <p>{stayWords(app, cost)}</p>
      </>
    ),
    notDone: isNotebook ? trans.__('The notebook instance was not stopped') : trans.__('The app was not stopped'),
    unknown: isNotebook
      ? trans.__('It is not known whether the notebook instance was stopped')
      : trans.__('It is not known whether the app was stopped'),
    goesOn: trans.__('It runs on, and costs on. Try again in a moment.')
  };
}

function savingWords({ cost_per_day }: AppRow, { format, trans }: ICost): string {
  const saving = format.rate(cost_per_day);
  return saving === null ? trans.__('What that saves is not known.') : trans.__('That saves %1 a day.', saving);
}

function stayWords({ volume_gb, storage_cost_per_day }: AppRow, { format, trans }: ICost): string {
  const perDay = format.rate(storage_cost_per_day);
  return volume_gb === null || perDay === null
    ? trans.__('Its files stay, and their storage goes on costing.')
    : trans.__('Its files stay: %1 GB go on costing %2 a day.', format.count(volume_gb), perDay);
}
