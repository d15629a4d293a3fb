import * as React from 'react';
import type { EndpointRow } from '../api/types';
import { dayCost } from '../day_cost';
import { shown } from '../live';
import type { ICost } from '../tokens';
import { lastUseWords, wasCalledLately } from '../use';
import { Warning, type Question } from './question';

/** Deleting an endpoint, which is the only way to stop it. */
export function endpointQuestion(endpoint: EndpointRow, cost: ICost): Question {
  const { trans } = cost;
  return {
    title: trans.__('Delete this endpoint?'),
    accept: trans.__('Delete the endpoint'),
    keep: trans.__('Keep it'),
    body: (
      <>
        <Calls endpoint={endpoint} cost={cost} />
        <p>{savingWords(endpoint, cost)}</p>
        <p>{trans.__('Its model and its configuration stay and cost nothing: it can be deployed again from them.')}</p>
      </>
    ),
    notDone: trans.__('The endpoint was not deleted'),
    unknown: trans.__('It is not known whether the endpoint was deleted'),
    goesOn: trans.__('It stands as it did, and costs on. Try again in a moment.')
  };
}

/** Whether somebody may still need it comes first. */
function Calls({ endpoint, cost }: { endpoint: EndpointRow; cost: ICost }): React.JSX.Element {
  const { format, model, trans } = cost;
  const asOf = model.overview?.as_of ?? new Date().toISOString();
  if (wasCalledLately(endpoint, asOf)) {
    const words = lastUseWords(endpoint, endpoint.created_at, asOf, format, trans);
    return <Warning>{trans.__('It was %1: somebody uses it. Whoever calls it from then on gets an error.', words)}</Warning>;
  }
  if (endpoint.last_use === 'unknown') {
    return <Warning>{trans.__('When it was last called is not known. Make sure that nobody needs it.')}</Warning>;
  }
  return <p>{trans.__('It was %1.', lastUseWords(endpoint, endpoint.created_at, asOf, format, trans))}</p>;
}

/** Its instances and their volumes go with it. */
function savingWords(endpoint: EndpointRow, { format, trans }: ICost): string {
  const { amount, isAtLeast } = dayCost(endpoint);
  const [saving, storage] = [format.rate(amount), format.rate(endpoint.storage_cost_per_day)];
  if (!endpoint.is_costing && shown(amount) === 0) {
    return trans.__('It costs nothing as things stand.');
  }
  if (saving === null) {
    return trans.__('What that saves is not known.');
  }
  if (isAtLeast) {
    return trans.__('That saves at least %1 a day.', saving);
  }
  return shown(endpoint.storage_cost_per_day) === 0
    ? trans.__('That saves %1 a day.', saving)
    : trans.__('That saves %1 a day, %2 of it for its volumes.', saving, storage);
}
