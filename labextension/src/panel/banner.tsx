import * as React from 'react';
import { Notice } from '../components/notice';
import { useView } from '../components/view';
import type { ICost } from '../tokens';

/** What stands above everything where the last reading failed: what happened, what to do, and since when figures stand still. */
export function Banner(): React.JSX.Element | null {
  const { cost } = useView();
  const { phase } = cost.model;
  const words = wordsFor(cost);
  return words === null ? null : <Notice state={phase} tone="warning" title={words[0]} hint={words[1]} />;
}

type Words = readonly [title: string, hint: string];

function wordsFor(cost: ICost): Words | null {
  const { trans } = cost;
  switch (cost.model.phase) {
    case 'offline':
      return offline(cost);
    case 'failed':
      return failed(cost);
    case 'forbidden':
      return forbidden(cost);
    case 'refused':
      return [trans.__('You are signed out'), trans.__('Sign in again, then reload the page. The figures stand still until then.')];
    case 'gone':
      return [
        trans.__('The server half of mlcost-ext is not running'),
        trans.__('Restart JupyterLab. If this stays, run "mlcost doctor" in a terminal: it says what is wrong.')
      ];
    default:
      return null;
  }
}

function offline({ format, model, trans }: ICost): Words {
  const at = format.time(model.confirmedTime);
  return [
    at === null ? trans.__('Offline') : trans.__('Offline, as of %1', at),
    trans.__("Jupyter's server does not answer. The figures stand still and go on by themselves when it does.")
  ];
}

/** The server's own words come first: it knows best what was wrong. */
function failed(cost: ICost): Words {
  const { model, trans } = cost;
  const { message = '', hint = '', status = 0 } = model.error ?? {};
  const unknown =
    status < 400
      ? trans.__("What Jupyter's server answers cannot be read")
      : trans.__("Jupyter's server answers with error %1", status);
  const advice = trans.__('It is asked again by itself. If this stays, run "mlcost doctor" in a terminal: it says what is wrong.');
  return [message || unknown, [hint || advice, stillWords(cost)].join(' ').trim()];
}

function forbidden(cost: ICost): Words {
  const { model, trans } = cost;
  const { message = '', hint = '' } = model.error ?? {};
  const advice = trans.__('If you have been signed out, sign in again and reload the page.');
  return [trans.__('You are not allowed to see costs here'), [message, hint || advice, stillWords(cost)].join(' ').trim()];
}

function stillWords({ format, model, trans }: ICost): string {
  const at = format.time(model.confirmedTime);
  return at === null ? '' : trans.__('The figures stand still, as of %1.', at);
}
