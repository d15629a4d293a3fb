import * as React from 'react';
import type { AppRow } from '../../api/types';
import { Age } from '../../components/age';
import { Cut } from '../../components/cut';
import { Reading, SectionObstacles } from '../../components/knowledge';
import { useView } from '../../components/view';
import { APP_KINDS, kindsThatAre } from '../../kinds';
import { thingKey } from '../../things';
import type { PanelSection, SectionProps } from '../section';
import { App } from './app';

function Aside({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const on = Math.max(overview.apps.filter(app => app.is_costing).length, overview.totals.standing_counts.apps_on);
  return (
    <>
      <Age kinds={kindsThatAre('known', APP_KINDS, overview)} overview={overview} />
      {on === 0 ? null : (
        <span className="mlcost-Number" data-mlcost-count={on}>
          {trans._n('%2 on', '%2 on', on, format.count(on))}
        </span>
      )}
    </>
  );
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const { apps, data_quality } = overview;
  const isReading = kindsThatAre('reading', APP_KINDS, overview).length > 0;
  const words = trans.__('Reading apps, notebook instances and spaces from AWS…');
  return (
    <>
      <SectionObstacles places={['apps']} kinds={APP_KINDS} overview={overview} />
      {apps.length === 0 ? null : (
        <ul className="mlcost-Rows" data-mlcost-state="ok">
          {inOrder(apps).map(app => (
            <App key={thingKey(app)} app={app} notes={data_quality} />
          ))}
        </ul>
      )}
      <Cut shown={apps.length} all={overview.totals.standing_counts.apps} />
      {isReading && apps.length === 0 ? <Reading words={words} /> : null}
      {isReading && apps.length > 0 ? (
        <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-state="reading">
          {words}
        </div>
      ) : null}
    </>
  );
}

/** This session first, then machines that are on, then what only keeps files. */
function inOrder(apps: readonly AppRow[]): AppRow[] {
  const rank = (app: AppRow): number => (app.is_this ? 0 : app.is_costing ? 1 : 2);
  return [0, 1, 2].flatMap(place => apps.filter(app => rank(app) === place));
}

export const APPS: PanelSection = {
  id: 'apps',
  title: ({ trans }) => trans.__('Apps and storage'),
  scope: 'mine',
  Aside,
  Body,
  isNeeded: overview =>
    overview.apps.length > 0 ||
    kindsThatAre('reading', APP_KINDS, overview).length + kindsThatAre('denied', APP_KINDS, overview).length > 0
};
