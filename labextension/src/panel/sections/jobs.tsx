import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { Announcer } from '../../components/announcer';
import { Around } from '../../components/around';
import { LiveMoney } from '../../components/live';
import { Notice } from '../../components/notice';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import { jobKey, runningFigure } from '../../live';
import { isEmpty, isUnexplained, jobsState, lacksPrice, obstacles, stateFor } from '../../quality';
import { SLOT } from '../../slot';
import { noteWords, type Translation } from '../../words';
import type { PanelSection, SectionProps } from '../section';
import { Job } from './job';

function Aside({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { running, running_cost } = overview.totals;
  if (running === 0) {
    return null;
  }
  return (
    <span className="mlcost-Number" data-mlcost-running={running}>
      {trans._n('%2 running', '%2 running', running, format.count(running))}
      {' · '}
      {running_cost === null ? unknownWords(overview, trans) : <Sum overview={overview} />}
    </span>
  );
}

function unknownWords({ jobs, data_quality }: SectionProps['overview'], trans: Translation): string {
  const unknown = jobs.filter(job => job.is_running && job.cost === null);
  const lackPrices = unknown.length > 0 && unknown.every(job => lacksPrice(job, data_quality));
  return lackPrices ? trans.__('price unknown') : trans.__('cost unknown');
}

function Sum({ overview }: SectionProps): React.JSX.Element {
  const { cost, isShown } = useView();
  const sum = <LiveMoney model={cost.model} format={cost.format} figure={runningFigure(overview)} isShown={isShown} />;
  return overview.totals.unpriced > 0 ? <Around words={cost.trans.__('at least %1', SLOT)}>{sum}</Around> : sum;
}

function Body({ overview }: SectionProps): React.JSX.Element {
  return (
    <>
      <Obstacles overview={overview} />
      {jobsState(overview) === 'loading' ? <Loading /> : null}
      {isEmpty(overview) ? <Empty /> : null}
      {isUnexplained(overview) ? <Unexplained /> : null}
      <Cut overview={overview} />
      <List overview={overview} />
      <Announcer jobs={overview.jobs} />
    </>
  );
}

/** What runs, then what has ended, in one list: a row that goes from one to the other stays the same element. */
function List({ overview }: SectionProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  const { jobs, data_quality } = overview;
  const rows = (some: JobRow[]): React.JSX.Element[] => some.map(job => <Job key={jobKey(job)} job={job} notes={data_quality} />);
  const ended = jobs.filter(job => !job.is_running);
  const heading = (
    <li key="ended" className="mlcost-Ended">
      <h3>{trans.__('Ended')}</h3>
    </li>
  );
  return jobs.length === 0 ? null : (
    <ul className="mlcost-Jobs" data-mlcost-state={jobsState(overview)}>
      {[...rows(jobs.filter(job => job.is_running)), ...(ended.length === 0 ? [] : [heading]), ...rows(ended)]}
    </ul>
  );
}

/** Say so where the overview has no room for all that runs. */
function Cut({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { running } = overview.totals;
  const shown = overview.jobs.filter(job => job.is_running).length;
  return running <= shown ? null : (
    <div className="mlcost-Quiet mlcost-Cut" data-mlcost-cut="">
      {trans.__('%1 of %2 running jobs are shown: the dearest and the newest.', format.count(shown), format.count(running))}
    </div>
  );
}

/** Everything that keeps AWS from telling about jobs, in the server's own words, which are English. */
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
  const reasons = notes.filter(note => stateFor(note) === 'offline').map(noteWords);
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

function Unexplained(): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div className="mlcost-Quiet" data-mlcost-state="unknown">
      {trans.__('What runs is not known; the notes below say why.')}
    </div>
  );
}

export const JOBS: PanelSection = {
  id: 'jobs',
  title: ({ trans }) => trans.__('Jobs'),
  Aside,
  Body
};
