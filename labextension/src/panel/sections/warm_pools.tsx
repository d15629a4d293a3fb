import * as React from 'react';
import type { DataQuality, WarmPoolRow } from '../../api/types';
import { Age } from '../../components/age';
import { Facts, useDisclosure } from '../../components/disclosure';
import { EndButton } from '../../components/end_button';
import { Growing, Unknown } from '../../components/figure';
import { dayFacts, priceFacts, storageFacts, volumePrice } from '../../components/price';
import { Foot, Row, StateLine, What } from '../../components/row';
import { useView } from '../../components/view';
import { isEnding, type Ending } from '../../endings/ending';
import { warmPoolFigure } from '../../live';
import { keptRateWords, warmPoolState } from '../../standing';
import { thingKey, warmPoolThing } from '../../things';
import { instanceWords, tagWords } from '../../words';
import type { PanelSection, SectionProps } from '../section';

interface WarmPoolProps {
  pool: WarmPoolRow;
  notes: readonly DataQuality[];
}

/** Instances kept after a job: what that has cost, until when, and how to give them back. */
export function WarmPool({ pool, notes }: WarmPoolProps): React.JSX.Element {
  const { cost } = useView();
  const { format, model, trans } = cost;
  const details = useDisclosure(trans.__('About the cost of the instances of %1', pool.name));
  const ending: Ending = { what: 'warm-pool', row: pool };
  const state = warmPoolState(pool, isEnding(ending, model.actions), format.time(pool.until), trans);
  return (
    <Row
      name={pool.name}
      figure={pool.cost === null ? <Unknown of={pool} notes={notes} /> : <Cost pool={pool} />}
      data={{ 'data-mlcost-warm-pool': pool.name, 'data-status': pool.status }}
    >
      <What parts={[instanceWords(pool.instance_type, pool.instance_count, trans), trans.__('kept after this job')]} />
      <StateLine state={state} />
      <Foot
        actions={
          <>
            {details.button}
            <EndButton ending={ending} />
          </>
        }
      >
        {keptRateWords(pool, format, trans)}
      </Foot>
      {details.isOpen ? (
        <Facts
          id={details.id}
          rows={[
            ...dayFacts(pool, cost),
            ...priceFacts(pool.price, cost),
            ...storageFacts(volumePrice('storage-warmpool', pool, model.overview), cost),
            [trans.__('Kept since'), format.time(pool.started_at)],
            [trans.__('Tags'), tagWords(pool.tags)]
          ]}
        />
      ) : null}
    </Row>
  );
}

function Cost({ pool }: { pool: WarmPoolRow }): React.JSX.Element {
  return (
    <span className="mlcost-Row-cost mlcost-Number" data-mlcost-cost={pool.cost}>
      <Growing figure={warmPoolFigure(pool)} />
    </span>
  );
}

function Aside({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { length } = overview.warm_pools;
  return (
    <>
      <Age kinds={['training']} overview={overview} />
      <span className="mlcost-Number">{trans._n('%2 kept', '%2 kept', length, format.count(length))}</span>
    </>
  );
}

function Body({ overview }: SectionProps): React.JSX.Element {
  return (
    <ul className="mlcost-Rows" data-mlcost-state="ok">
      {overview.warm_pools.map(pool => (
        <WarmPool key={thingKey(warmPoolThing(pool))} pool={pool} notes={overview.data_quality} />
      ))}
    </ul>
  );
}

export const WARM_POOLS: PanelSection = {
  id: 'warm-pools',
  title: ({ trans }) => trans.__('Warm pools'),
  scope: 'mine',
  Aside,
  Body,
  isNeeded: ({ warm_pools }) => warm_pools.length > 0
};
