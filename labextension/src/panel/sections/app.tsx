import * as React from 'react';
import type { AppRow, DataQuality } from '../../api/types';
import { Around } from '../../components/around';
import { Facts, useDisclosure } from '../../components/disclosure';
import { EndButton } from '../../components/end_button';
import { Growing, PerDay } from '../../components/figure';
import { dayFacts, priceFacts, storageFacts } from '../../components/price';
import { Foot, Row, StateLine, What } from '../../components/row';
import { useView } from '../../components/view';
import { isEnding, type Ending } from '../../endings/ending';
import { appFigure, shown } from '../../live';
import { SLOT } from '../../slot';
import { appParts, appState, appTypeWords } from '../../standing';
import type { ICost } from '../../tokens';
import { instanceWords, noteAbout, noteWords, tagWords, type Translation } from '../../words';

interface AppProps {
  app: AppRow;
  notes: readonly DataQuality[];
}

/** A machine that stays on until somebody stops it, or the volume that stays after it. */
export function App({ app, notes }: AppProps): React.JSX.Element {
  const { trans } = useView().cost;
  const details = useDisclosure(trans.__('About the cost of %1', app.title));
  const ending: Ending = { what: 'app', row: app };
  return (
    <Row
      name={app.title}
      figure={<PerDay of={{ ...app, ...appParts(app) }} notes={notes} />}
      className={app.is_costing ? '' : 'mlcost-mod-ended'}
      data={{ 'data-mlcost-app': app.name, 'data-mlcost-kind': app.kind, 'data-status': app.status }}
    >
      {app.is_costing ? <About app={app} ending={ending} /> : null}
      <Foot
        actions={
          <>
            {details.button}
            {app.is_this || app.kind === 'space' ? null : <EndButton ending={ending} />}
          </>
        }
      >
        {app.is_costing ? <Stays app={app} /> : <About app={app} ending={ending} />}
      </Foot>
      {details.isOpen ? <Details id={details.id} app={app} notes={notes} /> : null}
    </Row>
  );
}

/** What it is and how it stands; a space without an app is in no state worth telling. */
function About({ app, ending }: { app: AppRow; ending: Ending }): React.JSX.Element {
  return (
    <>
      <WhatItIs app={app} />
      {app.kind === 'space' ? null : <StateWords app={app} ending={ending} />}
    </>
  );
}

function WhatItIs({ app }: { app: AppRow }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const machine = app.kind === 'space' ? null : instanceWords(app.instance_type, null, trans);
  const volume = app.is_costing ? null : volumeWords(app, { format, trans });
  const parts = [appTypeWords(app, trans), app.is_costing ? machine : null, volume].filter(part => part !== app.title);
  return <What parts={parts} badge={app.is_this ? trans.__('this session') : null} />;
}

function volumeWords({ volume_gb }: AppRow, { format, trans }: Pick<ICost, 'format' | 'trans'>): string {
  return volume_gb === null ? trans.__('storage') : trans.__('%1 GB of storage', format.count(volume_gb));
}

function StateWords({ app, ending }: { app: AppRow; ending: Ending }): React.JSX.Element {
  const { format, model, trans } = useView().cost;
  const state = appState(app, isEnding(ending, model.actions), trans);
  const since = state.tone === 'running' ? format.time(app.started_at) : null;
  return (
    <StateLine state={since === null ? state : { ...state, words: trans.__('%1 since %2', state.words, since) }}>
      {app.cost === null || shown(app.cost) === 0 ? null : (
        <>
          {' · '}
          <Around words={soFarWords(app, trans)}>
            <span className="mlcost-Number" data-mlcost-so-far={app.cost}>
              <Growing figure={appFigure(app)} />
            </span>
          </Around>
        </>
      )}
    </StateLine>
  );
}

/** AWS keeps the time of an app's creation when it is started again: then it is too early. */
function soFarWords({ cost_basis }: AppRow, trans: Translation): string {
  return cost_basis === 'at_most' ? trans.__('at most %1 so far', SLOT) : trans.__('%1 so far', SLOT);
}

/** Which part of a day's cost goes on when it is stopped. */
function Stays({ app }: { app: AppRow }): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { storage_cost_per_day: storage } = appParts(app);
  const perDay = format.rate(storage);
  if (perDay === null) {
    return <>{trans.__('its volume goes on costing after a stop; how much is not known')}</>;
  }
  if (shown(storage) === 0) {
    return null;
  }
  return (
    <>
      {app.volume_gb === null
        ? trans.__('of which %1 for its volume goes on after a stop', perDay)
        : trans.__('of which %1 for its %2 GB goes on after a stop', perDay, format.count(app.volume_gb))}
    </>
  );
}

function Details({ id, app, notes }: AppProps & { id: string }): React.JSX.Element {
  const { cost } = useView();
  const { format, trans } = cost;
  const note = noteAbout(notes, app.name, app.instance_type);
  return (
    <Facts
      id={id}
      rows={[
        [trans.__('Why'), note && noteWords(note)],
        ...dayFacts(appParts(app), cost),
        ...priceFacts(app.price, cost),
        ...storageFacts(app.storage_price, cost),
        [trans.__('Created'), format.time(app.created_at)],
        [trans.__('Last use'), app.is_costing ? trans.__('AWS does not tell') : null],
        [trans.__('Space'), app.space_name],
        [trans.__('User'), app.user_profile_name],
        [trans.__('Domain'), app.domain_id],
        [trans.__('Region'), app.price === null ? app.region_id : null],
        [trans.__('Tags'), tagWords(app.tags)]
      ]}
    />
  );
}
