import * as React from 'react';
import type { EndpointRow } from '../../api/types';
import { WarningIcon } from '../../components/icons';
import { useView } from '../../components/view';
import { dayCostWords } from '../../day_cost';
import { isEnding } from '../../endings/ending';
import { endpointThing, thingKey } from '../../things';
import type { PanelSection, SectionProps } from '../section';
import { endpointId } from './endpoint';

/** So many are named; the others are the first of all endpoints. */
const NAMED = 3;

/** What costs for nobody, where the first glance falls; each name leads to its row, which says more and can delete it. */
function Body({ overview }: SectionProps): React.JSX.Element | null {
  const { format, model, trans } = useView().cost;
  const forgotten = overview.endpoints.filter(row => row.is_forgotten && !isEnding({ what: 'endpoint', row }, model.actions));
  const { length } = forgotten;
  if (length === 0) {
    return null;
  }
  const more = length - NAMED;
  return (
    <div className="mlcost-Notice mlcost-mod-warning" data-mlcost-state="forgotten">
      <WarningIcon />
      <div>
        <div className="mlcost-Notice-title">
          {trans._n('%2 forgotten endpoint costs money', '%2 forgotten endpoints cost money', length, format.count(length))}
        </div>
        <ul className="mlcost-Pointers">
          {forgotten.slice(0, NAMED).map(endpoint => (
            <Pointer key={thingKey(endpointThing(endpoint))} endpoint={endpoint} />
          ))}
        </ul>
        {more <= 0 ? null : (
          <div className="mlcost-Notice-hint">
            {trans._n('and %2 more, under Endpoints', 'and %2 more, under Endpoints', more, format.count(more))}
          </div>
        )}
      </div>
    </div>
  );
}

function Pointer({ endpoint }: { endpoint: EndpointRow }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const price = dayCostWords(endpoint, format, trans) ?? trans.__('cost unknown');
  return (
    <li>
      <button
        type="button"
        className="mlcost-Pointer"
        data-mlcost-pointer={endpoint.name}
        aria-label={trans.__('Go to endpoint %1, %2', endpoint.name, price)}
        onClick={() => goTo(endpointId(endpoint))}
      >
        <span className="mlcost-Pointer-name">{endpoint.name}</span>
        <span className="mlcost-Number">{price}</span>
      </button>
    </li>
  );
}

/** Bring a row into sight, and the focus with it. */
function goTo(id: string): void {
  const row = document.getElementById(id);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: 'center' });
}

export const ATTENTION: PanelSection = {
  id: 'attention',
  title: ({ trans }) => trans.__('Worth a look'),
  scope: 'mine',
  Body,
  isNeeded: ({ endpoints }) => endpoints.some(row => row.is_forgotten)
};
