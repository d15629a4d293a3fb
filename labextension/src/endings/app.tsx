import * as React from 'react';
import type { AppRow } from '../api/types';
import { dayCostWords } from '../day_cost';
import { shown } from '../live';
import { appParts } from '../standing';
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

/** Only its machine's part is saved: the volume's goes on. */
function savingWords(app: AppRow, { format, trans }: ICost): string {
  const all = dayCostWords(appParts(app), format, trans);
  const saving = format.rate(app.cost_per_day);
  if (all === null || saving === null) {
    return trans.__('What that saves is not known.');
  }
  return shown(appParts(app).storage_cost_per_day) === 0
    ? trans.__('That saves %1 a day.', saving)
    : trans.__('It costs %1: stopping it saves %2 of that.', all, saving);
}

function stayWords({ volume_gb, storage_cost_per_day }: AppRow, { format, trans }: ICost): string {
  const perDay = format.rate(storage_cost_per_day);
  if (perDay === null) {
    return trans.__('Its files stay, and their storage goes on costing; how much is not known.');
  }
  return volume_gb === null
    ? trans.__('Its files stay: their storage goes on costing %1 a day.', perDay)
    : trans.__('Its files stay: %1 GB go on costing %2 a day.', format.count(volume_gb), perDay);
}
