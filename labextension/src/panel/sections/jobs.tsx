import * as React from 'react';
import type { Overview } from '../../api/types';
import { boundWords, isAtLeast } from '../../bound';
import { Age } from '../../components/age';
import { Announcer } from '../../components/announcer';
import { Around } from '../../components/around';
import { Growing } from '../../components/figure';
import { Obstacles } from '../../components/obstacles';
import { Skeleton } from '../../components/skeleton';
import { Unread } from '../../components/unread';
import { useView } from '../../components/view';
import { isEnding } from '../../endings/ending';
import { familiesOf } from '../../families';
import { kindsOfList, kindsThatAre } from '../../kinds';
import { runningFigure } from '../../live';
import { JOB_KINDS } from '../../places';
import { isEmpty, isUnexplained, jobsState, lacksPrice } from '../../quality';
import { SLOT } from '../../slot';
import { thingKey } from '../../things';
import { paceWords, pastWords, stateOf, type Translation } from '../../words';
import type { PanelSection, SectionProps } from '../section';
import { JobList } from './job_list';

function Aside({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { launched_running: running, launched_running_cost: cost } = overview.totals;
  return (
    <>
      <Age kinds={kindsOfList(overview)} overview={overview} />
      {running === 0 ? null : (
        <span className="mlcost-Number" data-mlcost-running={running}>
          {trans._n('%2 running', '%2 running', running, format.count(running))}
          {' · '}
          {cost === null ? unknownWords(overview, trans) : <Sum overview={overview} />}
        </span>
      )}
    </>
  );
}

function unknownWords({ jobs, data_quality }: Overview, trans: Translation): string {
  const unknown = jobs.filter(job => job.is_running && job.cost === null);
  const lackPrices = unknown.length > 0 && unknown.every(job => lacksPrice(job, data_quality));
  return lackPrices ? trans.__('price unknown') : trans.__('cost unknown');
}

function Sum({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const sum = <Growing figure={runningFigure(overview)} />;
  return <Around words={boundWords(isAtLeast(overview) ? 'least' : null, SLOT, trans)}>{sum}</Around>;
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const unread = kindsThatAre('reading', JOB_KINDS, overview);
  const isLoading = jobsState(overview) === 'loading';
  return (
    <>
      <Obstacles overview={overview} />
      <Pace overview={overview} />
      {isLoading ? <Loading /> : null}
      {isEmpty(overview) && unread.length === 0 ? <Empty /> : null}
      {isUnexplained(overview) ? <Unexplained /> : null}
      <Cut overview={overview} />
      <JobList jobs={overview.jobs} notes={overview.data_quality} state={jobsState(overview)} />
      {isLoading || unread.length === 0 ? null : <Unread kinds={unread} />}
      <PastWords overview={overview} />
      <News overview={overview} />
    </>
  );
}

function News({ overview }: SectionProps): React.JSX.Element {
  const { model, trans } = useView().cost;
  // What is folded away below its parent is not read aloud either.
  const things = familiesOf(overview.jobs).tops.map(job => {
    const isStopping = isEnding({ what: 'job', row: job }, model.actions);
    return { key: thingKey(job), name: job.name, words: stateOf(job, isStopping, trans).words };
  });
  const many = (count: number): string => trans._n('%1 job has changed its state.', '%1 jobs have changed their state.', count);
  return <Announcer things={things} many={many} />;
}

/** Say so where the overview has no room for all that runs. */
function Cut({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const { launched_running, running } = overview.totals;
  const shown = overview.jobs.filter(job => job.is_running).length;
  const counts = [format.count(shown), format.count(running)];
  return running <= shown ? null : (
    <div className="mlcost-Quiet mlcost-mod-small mlcost-Cut" data-mlcost-cut="">
      {launched_running === running
        ? trans.__('%1 of %2 running jobs are shown: the dearest and the newest.', ...counts)
        : trans.__(
            '%1 of %2 running jobs are shown, counting those that other jobs have started: the dearest and the newest.',
            ...counts
          )}
    </div>
  );
}

/** Say that AWS is asked less often than usual, and why. */
function Pace({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const words = paceWords(overview.aws.seconds_between_calls, format, trans);
  return words === null ? null : (
    <div className="mlcost-Quiet mlcost-mod-small mlcost-Pace" data-mlcost-pace={overview.aws.seconds_between_calls}>
      {words}
    </div>
  );
}

/** What has ended and is not in the list any more. */
function PastWords({ overview }: SectionProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const words = pastWords(overview.past, format, trans);
  return words === null ? null : (
    <div className="mlcost-Quiet mlcost-mod-small mlcost-Past" data-mlcost-past={overview.past?.cost}>
      {words}
    </div>
  );
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
      {trans.__('Nothing runs. A job started from a notebook appears here within seconds, with what it costs.')}
    </div>
  );
}

function Unexplained(): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div className="mlcost-Quiet" data-mlcost-state="unknown">
      {trans.__('What runs is not known; "About these numbers" says why.')}
    </div>
  );
}

export const JOBS: PanelSection = {
  id: 'jobs',
  title: ({ trans }) => trans.__('Jobs'),
  scope: 'mine',
  Aside,
  Body
};
