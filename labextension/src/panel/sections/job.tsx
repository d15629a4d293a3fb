import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { Around } from '../../components/around';
import { Facts, useDisclosure } from '../../components/disclosure';
import { useHeir } from '../../components/heir';
import { ToneIcon } from '../../components/icons';
import { LiveMoney } from '../../components/live';
import { priceFacts, storageFacts, storagePrice } from '../../components/price';
import { Runtime, RuntimeBar } from '../../components/runtime';
import { useView } from '../../components/view';
import { jobFigure, shown, storageFigure } from '../../live';
import { lacksPrice } from '../../quality';
import { SLOT } from '../../slot';
import type { ICost } from '../../tokens';
import { basisWords, billableWords, kindWords, machineWords, noteAbout, noteWords, stateOf } from '../../words';

interface JobProps {
  job: JobRow;
  notes: readonly DataQuality[];
}

/** One job: what it costs, what it is, how far it may go, and how to stop it. */
export function Job({ job, notes }: JobProps): React.JSX.Element {
  const { trans } = useView().cost;
  const details = useDisclosure(trans.__('About the cost of %1', job.name));
  const [actions, noteGone] = useHeir();
  return (
    <li
      className={job.is_running ? 'mlcost-Job' : 'mlcost-Job mlcost-mod-ended'}
      data-mlcost-job={job.name}
      data-status={job.status}
      data-cost-basis={job.cost_basis}
    >
      <div className="mlcost-Job-head">
        <span className="mlcost-Job-name" title={job.name}>
          {job.name}
        </span>
        <Cost job={job} notes={notes} />
      </div>
      <Machine job={job} />
      {job.is_running ? <RuntimeBar job={job} /> : null}
      <StateWords job={job} />
      <div className="mlcost-Job-line">
        <Limit job={job} />
        <span className="mlcost-Job-actions" ref={actions}>
          {details.button}
          <StopButton job={job} onGone={noteGone} />
        </span>
      </div>
      {job.failure_reason === null ? null : <div className="mlcost-Job-failure">{job.failure_reason}</div>}
      {details.isOpen ? <Details id={details.id} job={job} note={noteAbout(notes, job.name, job.instance_type)} /> : null}
    </li>
  );
}

function Cost({ job, notes }: JobProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  if (job.cost === null) {
    const note = noteAbout(notes, job.name, job.instance_type);
    return (
      <span className="mlcost-Job-unknown" data-mlcost-cost="" title={note && noteWords(note)}>
        {lacksPrice(job, notes) ? trans.__('price unknown') : trans.__('cost unknown')}
      </span>
    );
  }
  const amount = <Amount job={job} />;
  return (
    <span className="mlcost-Job-cost mlcost-Number" title={basisWords(job, format, trans)}>
      {job.cost_basis === 'at_most' ? (
        <Around words={trans.__('at most %1', SLOT)} className="mlcost-Job-prefix">
          {amount}
        </Around>
      ) : (
        amount
      )}
    </span>
  );
}

function Amount({ job }: { job: JobRow }): React.JSX.Element {
  const { cost, isShown } = useView();
  return (
    <span data-mlcost-cost={job.cost}>
      {job.cost_basis === 'final' ? (
        cost.format.money(job.cost)
      ) : (
        <LiveMoney model={cost.model} format={cost.format} figure={jobFigure(job)} isShown={isShown} />
      )}
    </span>
  );
}

function Machine({ job }: { job: JobRow }): React.JSX.Element {
  const { trans } = useView().cost;
  const words = [kindWords(job.kind, trans), machineWords(job, trans), job.notebook].filter(Boolean).join(' · ');
  return (
    <div className="mlcost-Job-machine">
      <span className="mlcost-mod-clip" title={words}>
        {words}
      </span>
      {job.spot ? <span className="mlcost-Badge">{trans.__('Spot')}</span> : null}
    </div>
  );
}

function StateWords({ job }: { job: JobRow }): React.JSX.Element {
  const { format, model, trans } = useView().cost;
  const state = stateOf(job, model.isStopping(job), trans);
  // A job can have ended without AWS telling when.
  const at = job.is_running ? null : format.time(job.ended_at);
  return (
    <div className="mlcost-Job-state" data-mlcost-tone={state.tone}>
      <ToneIcon tone={state.tone} />
      <span>
        {at === null ? state.words : trans.__('%1 at %2', state.words, at)}
        {job.is_running ? <Runtime job={job} /> : null}
      </span>
    </div>
  );
}

/** How far it may still go; once it has ended, what AWS says about it. */
function Limit({ job }: { job: JobRow }): React.JSX.Element {
  const { format, trans } = useView().cost;
  if (!job.is_running) {
    return <span>{billableWords(job, format, trans)}</span>;
  }
  return (
    <span title={trans.__('What it costs if it runs until its stopping condition')}>
      {job.high === null ? null : trans.__('at most %1', format.money(job.high))}
    </span>
  );
}

interface StopButtonProps {
  job: JobRow;
  onGone: (button: HTMLElement | null) => void;
}

function StopButton({ job, onGone }: StopButtonProps): React.JSX.Element | null {
  const { model } = useView().cost;
  const isStopping = job.is_running && model.isStopping(job);
  return job.can_stop || isStopping ? <Stop job={job} isStopping={isStopping} onGone={onGone} /> : null;
}

/** It stays while the job stops, since it has the focus that the question gave back. */
function Stop({ job, isStopping, onGone }: StopButtonProps & { isStopping: boolean }): React.JSX.Element {
  const { cost, stop } = useView();
  const { trans } = cost;
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => onGone(button);
  }, [onGone]);
  return (
    <button
      ref={node}
      type="button"
      className="mlcost-StopButton"
      data-mlcost-stop={isStopping ? undefined : job.name}
      aria-label={isStopping ? trans.__('Stopping %1', job.name) : trans.__('Stop %1', job.name)}
      aria-disabled={isStopping}
      onClick={() => (isStopping ? undefined : stop(job))}
    >
      {isStopping ? trans.__('Stopping…') : trans.__('Stop…')}
    </button>
  );
}

function Details({ id, job, note }: { id: string; job: JobRow; note: DataQuality | undefined }): React.JSX.Element {
  const { cost, isShown } = useView();
  const { format, trans } = cost;
  const tags = Object.entries(job.tags);
  return (
    <Facts
      id={id}
      rows={[
        [trans.__('Figure'), basisWords(job, format, trans)],
        [trans.__('Why'), note && noteWords(note)],
        ...priceFacts(job.price, cost),
        ...storageRows(job, cost, isShown),
        [trans.__('Started'), format.time(job.started_at)],
        [trans.__('Tags'), tags.length === 0 ? null : tags.map(([key, value]) => `${key}: ${value}`).join(', ')]
      ]}
    />
  );
}

/** What its volumes cost and where that price is from; a job that has none shows a plain zero, since it is known. */
function storageRows(job: JobRow, cost: ICost, isShown: boolean): [string, React.ReactNode][] {
  const { format, model, trans } = cost;
  const label = trans.__('Storage, in addition');
  if (job.storage_cost === null) {
    return [];
  }
  if (shown(job.storage_cost) === 0 && shown(job.storage_cost_per_hour) === 0) {
    return [[label, format.money(job.storage_cost)]];
  }
  const amount = <LiveMoney model={model} format={format} figure={storageFigure(job)} isShown={isShown} />;
  return [[label, amount], ...storageFacts(storagePrice(job, model.overview?.storage_prices ?? []), cost)];
}
