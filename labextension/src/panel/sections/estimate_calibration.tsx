import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { CalibratedJob, CalibrationView } from '../../api/types';
import { FoldButton, useFold } from '../../components/disclosure';
import { More } from '../../components/more';
import { Notice } from '../../components/notice';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import type { SectionProps } from '../section';
import { differenceWords, heldWords, withinWords } from './calibration_words';

/** So many jobs are drawn before somebody asks for all. */
const AT_FIRST = 15;

/** How earlier estimates have held, which the overview tells; the jobs are read only once somebody asks for them. */
export function Calibration({ overview: { calibration } }: SectionProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  const fold = useFold();
  const words = heldWords(calibration, trans);
  return words === null ? null : (
    <div className="mlcost-Calibration">
      <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-held="">
        {words}
      </div>
      <FoldButton fold={fold}>{trans.__('Estimated and cost')}</FoldButton>
      {fold.isOpen ? (
        <div id={fold.id} data-mlcost-calibration="">
          <Jobs told={words} />
        </div>
      ) : null}
    </div>
  );
}

interface Reading {
  /** What was last read, also while it is read anew or could not be; null: nothing was. */
  readonly view: CalibrationView | null;
  readonly error: unknown;
  readonly retry: () => void;
}

/** Read the jobs now, and again whenever the overview tells something else of them. */
function useCalibration(told: string): Reading {
  const { estimates } = useView().cost.model;
  const [{ view, error }, settle] = React.useState<Pick<Reading, 'view' | 'error'>>({ view: null, error: null });
  const [tries, retry] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    let isWanted = true;
    const read = async (): Promise<void> => {
      try {
        const found = await estimates.readCalibration();
        if (isWanted) {
          settle({ view: found, error: null });
        }
      } catch (failure) {
        if (isWanted) {
          settle(before => ({ ...before, error: failure }));
        }
      }
    };
    void read();
    return () => {
      isWanted = false;
    };
  }, [estimates, told, tries]);
  return { view, error, retry };
}

function Jobs({ told }: { told: string }): React.JSX.Element {
  const { trans } = useView().cost;
  const { view, error, retry } = useCalibration(told);
  return (
    <>
      {error === null ? null : <Failure error={error} retry={retry} />}
      {view === null && error === null ? <Skeleton lines={3} label={trans.__('The jobs are being read')} /> : null}
      {view === null ? null : <JobTable jobs={view.jobs} />}
    </>
  );
}

function Failure({ error, retry }: Pick<Reading, 'error' | 'retry'>): React.JSX.Element {
  const { trans } = useView().cost;
  const { message, hint } = error instanceof ApiError ? error : { message: '', hint: '' };
  return (
    <>
      <Notice
        state="failed"
        tone="warning"
        title={message || trans.__('How estimates have held could not be read.')}
        hint={hint || trans.__('Look whether the server is running, and try again.')}
      />
      <button type="button" className="mlcost-Fold" data-mlcost-retry="" onClick={retry}>
        {trans.__('Retry')}
      </button>
    </>
  );
}

function JobTable({ jobs }: { jobs: CalibratedJob[] }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const [isAll, setAll] = React.useState(false);
  const rows = isAll ? jobs : jobs.slice(0, AT_FIRST);
  return (
    <>
      <table className="mlcost-Table mlcost-Calibration-jobs">
        <caption>{trans.__('Jobs that have completed, the latest first, at list prices; what they cost is metered.')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Job')}</th>
            <th scope="col">{trans.__('Estimated')}</th>
            <th scope="col">{trans.__('Metered')}</th>
            <th scope="col">{trans.__('Interval')}</th>
          </tr>
        </thead>
        {rows.map(job => (
          <Job key={`${job.kind}/${job.region_id}/${job.name}/${job.ended_at}`} job={job} />
        ))}
      </table>
      {rows.length < jobs.length ? (
        <More words={trans.__('Show all %1', format.count(jobs.length))} of="calibration" onClick={() => setAll(true)} />
      ) : null}
    </>
  );
}

/** A job and, below it, why it cost more or less: a line of its own, which a narrow panel has room for. */
function Job({ job }: { job: CalibratedJob }): React.JSX.Element {
  const { cost } = useView();
  const format = React.useMemo(() => cost.format.inCurrency(job.billing_currency), [cost.format, job.billing_currency]);
  const id = React.useId();
  const [sign, words] = withinWords(job, cost.trans);
  return (
    <tbody data-mlcost-job={job.name}>
      <tr>
        <th scope="rowgroup" id={id}>
          <span className="mlcost-Table-name" title={job.name}>
            {job.name}
          </span>
        </th>
        <td className="mlcost-Table-amount" data-mlcost-cost={job.estimated_cost}>
          {format.money(job.estimated_cost)}
        </td>
        <td className="mlcost-Table-amount" data-mlcost-cost={job.metered_cost}>
          {format.money(job.metered_cost)}
        </td>
        <td>
          <span role="img" aria-label={words} title={words}>
            {sign}
          </span>
        </td>
      </tr>
      <tr>
        <td className="mlcost-Calibration-why" colSpan={4} headers={id}>
          {differenceWords(job, format, cost.trans)}
        </td>
      </tr>
    </tbody>
  );
}
