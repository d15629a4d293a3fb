import * as React from 'react';
import type { DataQuality, EndpointRow } from '../../api/types';
import { useDisclosure } from '../../components/disclosure';
import { EndButton } from '../../components/end_button';
import { PerDay } from '../../components/figure';
import { WarningIcon } from '../../components/icons';
import { Failure, Foot, Row, StateLine, What } from '../../components/row';
import { useView } from '../../components/view';
import { dayCost, dayCostWords } from '../../day_cost';
import { isEnding, type Ending } from '../../endings/ending';
import { shown } from '../../live';
import { endpointMachine, endpointState, modeWords } from '../../standing';
import { endpointThing, thingKey } from '../../things';
import { lastUseWords } from '../../use';
import { EndpointDetails } from './endpoint_details';

interface EndpointProps {
  endpoint: EndpointRow;
  notes: readonly DataQuality[];
  /** The time its figures are of. */
  asOf: string;
}

/** The id of an endpoint's row, for what points to it. */
export function endpointId(endpoint: EndpointRow): string {
  return `mlcost-${thingKey(endpointThing(endpoint))}`;
}

/** One endpoint: what it costs a day whether it is called or not, when it was called, and how to delete it. */
export function Endpoint({ endpoint, notes, asOf }: EndpointProps): React.JSX.Element {
  const { model, trans } = useView().cost;
  const details = useDisclosure(trans.__('About the cost of %1', endpoint.name));
  const ending: Ending = { what: 'endpoint', row: endpoint };
  const isDeleting = isEnding(ending, model.actions);
  const isForgotten = endpoint.is_forgotten && !isDeleting;
  return (
    <Row
      name={endpoint.name}
      figure={<Cost endpoint={endpoint} notes={notes} />}
      className={isForgotten ? 'mlcost-mod-forgotten' : ''}
      id={endpointId(endpoint)}
      data={{
        'data-mlcost-endpoint': endpoint.name,
        'data-status': endpoint.status,
        'data-mlcost-forgotten': isForgotten ? '' : undefined
      }}
    >
      <What parts={[modeWords(endpoint.mode, trans), endpointMachine(endpoint, trans), endpoint.notebook]} />
      {isForgotten ? <Forgotten endpoint={endpoint} asOf={asOf} /> : null}
      <Foot
        actions={
          <>
            {details.button}
            <EndButton ending={ending} />
          </>
        }
      >
        {isForgotten ? null : <Standing endpoint={endpoint} asOf={asOf} />}
      </Foot>
      <Failure reason={endpoint.failure_reason} />
      {details.isOpen ? <EndpointDetails id={details.id} endpoint={endpoint} notes={notes} asOf={asOf} /> : null}
    </Row>
  );
}

/** What it costs as things stand; one that pays by the call costs nothing while it is not called. */
function Cost({ endpoint, notes }: Omit<EndpointProps, 'asOf'>): React.JSX.Element {
  const { trans } = useView().cost;
  const { amount } = dayCost(endpoint);
  const isFree = !endpoint.is_costing && shown(amount) === 0;
  return isFree ? (
    <span className="mlcost-Row-unknown" data-mlcost-cost={amount}>
      {endpoint.mode === 'serverless' ? trans.__('paid by the call') : trans.__('no cost now')}
    </span>
  ) : (
    <PerDay of={endpoint} notes={notes} />
  );
}

function Standing({ endpoint, asOf }: Omit<EndpointProps, 'notes'>): React.JSX.Element {
  const { format, model, trans } = useView().cost;
  const state = endpointState(endpoint, isEnding({ what: 'endpoint', row: endpoint }, model.actions), trans);
  const words = lastUseWords(endpoint, endpoint.created_at, asOf, format, trans);
  // Before it is in service nobody can call it, and what has failed never could be.
  const isCallable = !['waiting', 'failed', 'stopping'].includes(state.tone);
  return <StateLine state={state}>{isCallable ? ` · ${words}` : null}</StateLine>;
}

/** The sentence a forgotten endpoint is there for. */
function Forgotten({ endpoint, asOf }: Omit<EndpointProps, 'notes'>): React.JSX.Element {
  const { format, trans } = useView().cost;
  const words = lastUseWords(endpoint, endpoint.created_at, asOf, format, trans);
  const cost = dayCostWords(endpoint, format, trans);
  return (
    <div className="mlcost-Row-state mlcost-mod-warning">
      <WarningIcon />
      <span>{cost === null ? trans.__('Costs, %1', words) : trans.__('Costs %1, %2', cost, words)}</span>
    </div>
  );
}
