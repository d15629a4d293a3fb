import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { Announcer } from '../../components/announcer';
import { LiveMoney } from '../../components/live';
import { Notice } from '../../components/notice';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import { jobKey, runningFigure } from '../../live';
import { jobsState, obstacles, stateFor, type JobsState } from '../../quality';
import type { Translation } from '../../words';
import type { PanelSection, SectionProps } from '../section';
import { Job } from './job';

function Aside({ overview }: SectionProps): React.JSX.Element | null {
  const { cost, isShown } = useView();
  const { running, running_cost, unpriced } = overview.totals;
  if (running === 0) {
    return null;
  }
  return (
    <span className="mlcost-Number" data-mlcost-running={running}>
      {cost.trans._n('%1 running', '%1 running', running)}
      {' · '}
      {running_cost === null ? (
        cost.trans.__('price unknown')
      ) : (
        <>
          {unpriced > 0 ? `${cost.trans.__('at least')} ` : null}
          <LiveMoney model={cost.model} format={cost.format} figure={runningFigure(overview)} isShown={isShown} />
        </>
      )}
    </span>
  );
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const state = jobsState(overview);
  return (
    <>
      <Obstacles overview={overview} />
      {state === 'loading' ? <Loading /> : null}
      {state === 'empty' ? <Empty /> : null}
      <List jobs={overview.jobs.filter(job => job.ended_at === null)} overview={overview} state={state} />
      <Ended jobs={overview.jobs.filter(job => job.ended_at !== null)} overview={overview} state={state} />
      <Announcer jobs={overview.jobs} />
    </>
  );
}

interface ListProps extends SectionProps {
  jobs: readonly JobRow[];
  state: JobsState;
}

function List({ jobs, overview, state }: ListProps): React.JSX.Element | null {
  return jobs.length === 0 ? null : (
    <ul className="mlcost-Jobs" data-mlcost-state={state}>
      {jobs.map(job => (
        <Job key={jobKey(job)} job={job} notes={overview.data_quality} />
      ))}
    </ul>
  );
}

function Ended(props: ListProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  return props.jobs.length === 0 ? null : (
    <div className="mlcost-Ended">
      <h3>{trans.__('Ended')}</h3>
      <List {...props} />
    </div>
  );
}

/** Everything that keeps AWS from telling about jobs, in the server's own words. */
function Obstacles({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const since = overview.aws.status === 'failed' ? format.time(overview.aws.as_of) : null;
  const notes = obstacles(overview);
  const drawn: DataQuality[] = since === null ? notes : offlineSince(trans.__('Offline, as of %1', since), notes, trans);
  return (
    <>
      {drawn.map(note => (
        <Notice key={note.code + note.message} state={stateFor(note)} tone="warning" title={note.message} hint={note.hint} />
      ))}
    </>
  );
}

/** Make one notice of AWS's silence and its reason; what stands beside it keeps its own. */
function offlineSince(title: string, notes: DataQuality[], trans: Translation): DataQuality[] {
  const reasons = notes.filter(note => stateFor(note) === 'offline').map(note => `${note.message} ${note.hint}`);
  const carried = trans.__('What runs is carried on as if nothing had changed.');
  const silence = { code: 'network_unreachable', message: title, hint: [...reasons, carried].join(' '), subject: null };
  return [silence, ...notes.filter(note => stateFor(note) !== 'offline')];
}

function Loading(): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div data-mlcost-state="loading">
      <Skeleton lines={3} label={trans.__('Jobs are being read from AWS')} />
      <div className="mlcost-Quiet">{trans.__('Reading jobs from AWS…')}</div>
    </div>
  );
}

function Empty(): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div className="mlcost-Quiet" data-mlcost-state="empty">
      {trans.__('Nothing runs. A training job started from a notebook appears here within seconds, with what it costs.')}
    </div>
  );
}

export const JOBS: PanelSection = {
  id: 'jobs',
  title: ({ trans }) => trans.__('Jobs'),
  Aside,
  Body
};
