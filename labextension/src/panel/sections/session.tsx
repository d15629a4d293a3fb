import * as React from 'react';
import { Facts, useDisclosure } from '../../components/disclosure';
import { Around } from '../../components/around';
import { Notice } from '../../components/notice';
import { priceFacts, storageFacts } from '../../components/price';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import { isSessionAwaited, obstaclesAt } from '../../quality';
import { SLOT } from '../../slot';
import { hostWords, noteWords } from '../../words';
import type { PanelSection, SectionProps } from '../section';
import { Amounts } from './session_amounts';
import { Idleness } from './session_idle';

function Aside({ overview }: SectionProps): React.JSX.Element {
  return <span>{hostWords(overview.session, useView().cost.trans)}</span>;
}

function Body({ overview }: SectionProps): React.JSX.Element {
  // What the server says is English and stays so: the translator knows only what is written here.
  const denied = obstaclesAt('session', overview).map(({ message, hint }) => (
    <Notice key={message} state="no-permission" tone="warning" title={message} hint={hint} />
  ));
  return (
    <>
      {denied}
      <Price overview={overview} />
      <Amounts overview={overview} />
      <Idleness overview={overview} />
    </>
  );
}

function Price({ overview }: SectionProps): React.JSX.Element {
  if (isSessionAwaited(overview)) {
    return <Awaited overview={overview} />;
  }
  return overview.session.price === null ? <NoPrice overview={overview} /> : <Rate overview={overview} />;
}

function Awaited({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div data-mlcost-state="loading">
      <Skeleton lines={2} label={trans.__('The machine of this session is being read from AWS')} />
      <Machine overview={overview} />
    </div>
  );
}

function Rate({ overview }: SectionProps): React.JSX.Element {
  const { cost } = useView();
  const { session } = overview;
  const details = useDisclosure(cost.trans.__('Where this price comes from'));
  return (
    <>
      <div className="mlcost-Rate">
        <Around words={cost.trans.__('%1 an hour', SLOT)} className="mlcost-Rate-unit">
          <span className="mlcost-Rate-amount" data-mlcost-rate={session.cost_per_hour}>
            {cost.format.rate(session.cost_per_hour ?? session.list_unit_price)}
          </span>
        </Around>
        {session.price === null ? null : <span className="mlcost-Rate-info">{details.button}</span>}
      </div>
      <Machine overview={overview} />
      {details.isOpen ? (
        <Facts id={details.id} rows={[...priceFacts(session.price, cost), ...storageFacts(session.storage_price, cost)]} />
      ) : null}
    </>
  );
}

function NoPrice({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const note = overview.data_quality.find(({ code }) => code === 'host_price_unknown');
  return (
    <>
      <Notice state="price-unknown" tone="info" title={trans.__('No price for this machine')} hint={note && noteWords(note)} />
      <Machine overview={overview} />
    </>
  );
}

function Machine({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { instance_type, region_id, started_at } = overview.session;
  const since = format.time(started_at);
  const where = [instance_type, region_id].filter(text => text !== null).join(' · ');
  if (where === '' && since === null) {
    return null;
  }
  return (
    <div className="mlcost-Pair mlcost-mod-wrap">
      <span className="mlcost-mod-quiet">{where}</span>
      {since === null ? null : <span className="mlcost-mod-quiet">{trans.__('since %1', since)}</span>}
    </div>
  );
}

export const SESSION: PanelSection = {
  id: 'session',
  title: ({ trans }) => trans.__('This session'),
  Aside,
  Body
};
