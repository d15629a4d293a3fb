import * as React from 'react';
import type { EndpointRow, Overview } from '../../api/types';
import { Age } from '../../components/age';
import { Announcer } from '../../components/announcer';
import { Cut } from '../../components/cut';
import { Reading, SectionObstacles } from '../../components/knowledge';
import { useView } from '../../components/view';
import { isEnding } from '../../endings/ending';
import { knowledgeOf } from '../../kinds';
import { endpointState } from '../../standing';
import { endpointThing, thingKey } from '../../things';
import type { PanelSection, SectionProps } from '../section';
import { Endpoint } from './endpoint';

const KINDS = ['endpoint'];

function Aside({ overview }: SectionProps): React.JSX.Element {
  const { format } = useView().cost;
  const count = countOf(overview);
  return (
    <>
      <Age kinds={KINDS} overview={overview} />
      {count === 0 ? null : (
        <span className="mlcost-Number" data-mlcost-count={count}>
          {format.count(count)}
        </span>
      )}
    </>
  );
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const { as_of, data_quality, endpoints } = overview;
  const knowledge = knowledgeOf(overview, 'endpoint');
  return (
    <>
      <SectionObstacles places={['endpoints']} kinds={KINDS} overview={overview} />
      {endpoints.length === 0 && knowledge === 'reading' ? <Reading words={trans.__('Reading endpoints from AWS…')} /> : null}
      {endpoints.length === 0 && knowledge === 'known' ? <Empty /> : null}
      {endpoints.length === 0 ? null : (
        <ul className="mlcost-Rows" data-mlcost-state="ok">
          {forgottenFirst(endpoints).map(endpoint => (
            <Endpoint key={thingKey(endpointThing(endpoint))} endpoint={endpoint} notes={data_quality} asOf={as_of} />
          ))}
        </ul>
      )}
      <Cut shown={endpoints.length} all={countOf(overview)} />
      <News endpoints={endpoints} />
    </>
  );
}

/** How many there are, shown or not. */
function countOf({ endpoints, totals }: Overview): number {
  return Math.max(endpoints.length, totals.standing_counts.endpoints);
}

/** What costs for nobody stands above what is used; else the server's order holds, the dearest first. */
export function forgottenFirst(endpoints: readonly EndpointRow[]): EndpointRow[] {
  return [...endpoints.filter(row => row.is_forgotten), ...endpoints.filter(row => !row.is_forgotten)];
}

function News({ endpoints }: Pick<Overview, 'endpoints'>): React.JSX.Element {
  const { model, trans } = useView().cost;
  const things = endpoints.map(row => {
    const isDeleting = isEnding({ what: 'endpoint', row }, model.actions);
    return { key: thingKey(endpointThing(row)), name: row.name, words: endpointState(row, isDeleting, trans).words };
  });
  const many = (count: number): string =>
    trans._n('%1 endpoint has changed its state.', '%1 endpoints have changed their state.', count);
  const gone = (name: string, words: string): string | null =>
    words === trans.__('Deleting…') ? trans.__('%1 is deleted', name) : null;
  return <Announcer things={things} many={many} gone={gone} />;
}

function Empty(): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div className="mlcost-Quiet" data-mlcost-state="none">
      {trans.__('None. An endpoint costs from its creation until it is deleted, called or not; it will be shown here.')}
    </div>
  );
}

export const ENDPOINTS: PanelSection = {
  id: 'endpoints',
  title: ({ trans }) => trans.__('Endpoints'),
  scope: 'mine',
  Aside,
  Body,
  isNeeded: overview => overview.endpoints.length > 0 || !['unknown', 'unasked'].includes(knowledgeOf(overview, 'endpoint'))
};
