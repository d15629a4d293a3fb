import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { Facts, useDisclosure } from '../../components/disclosure';
import { ToneIcon } from '../../components/icons';
import { LiveMoney } from '../../components/live';
import { priceFacts } from '../../components/price';
import { Runtime, RuntimeBar } from '../../components/runtime';
import { useView } from '../../components/view';
import { jobFigure, storageFigure } from '../../live';
import { basisWords, billableWords, kindWords, machineWords, noteAbout, stateOf } from '../../words';

interface JobProps {
  job: JobRow;
  notes: readonly DataQuality[];
}

/** One job: what it costs, what it is, how far it may go, and how to stop it. */
export function Job({ job, notes }: JobProps): React.JSX.Element {
  const { trans } = useView().cost;
  const details = useDisclosure(trans.__('About the cost of %1', job.name));
  const hasEnded = job.ended_at !== null;
  return (
    <li
      className={hasEnded ? 'mlcost-Job mlcost-mod-ended' : 'mlcost-Job'}
      data-mlcost-job={job.name}
      data-status={job.status}
      data-cost-basis={job.cost_basis}
    >
      <div className="mlcost-Job-head">
        <span className="mlcost-Job-name" title={job.name}>
          {job.name}
        </span>
        <Cost job={job} note={noteAbout(notes, job.name, job.instance_type)} />
      </div>
      <Machine job={job} />
      {hasEnded ? null : <RuntimeBar job={job} />}
      <StateWords job={job} />
      <div className="mlcost-Job-line">
        <Limit job={job} />
        <span className="mlcost-Job-actions">
          {details.button}
          <StopButton job={job} />
        </span>
      </div>
      {job.failure_reason === null ? null : <div className="mlcost-Job-failure">{job.failure_reason}</div>}
      {details.isOpen ? <Details id={details.id} job={job} note={noteAbout(notes, job.name, job.instance_type)} /> : null}
    </li>
  );
}

function Cost({ job, note }: { job: JobRow; note: DataQuality | undefined }): React.JSX.Element {
  const { cost, isShown } = useView();
  if (job.cost === null) {
    return (
      <span className="mlcost-Job-unknown" data-mlcost-cost="" title={note && `${note.message} ${note.hint}`}>
        {cost.trans.__('price unknown')}
      </span>
    );
  }
  return (
    <span className="mlcost-Job-cost mlcost-Number" title={basisWords(job, cost.format, cost.trans)}>
      {job.cost_basis === 'at_most' ? <span className="mlcost-Job-prefix">{cost.trans.__('at most')} </span> : null}
      <span data-mlcost-cost={job.cost}>
        {job.cost_basis === 'final' ? (
          cost.format.money(job.cost)
        ) : (
          <LiveMoney model={cost.model} format={cost.format} figure={jobFigure(job)} isShown={isShown} />
        )}
      </span>
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
  const at = format.time(job.ended_at);
  return (
    <div className="mlcost-Job-state" data-mlcost-tone={state.tone}>
      <ToneIcon tone={state.tone} />
      <span>
        {at === null ? state.words : trans.__('%1 at %2', state.words, at)}
        {at === null ? <Runtime job={job} /> : null}
      </span>
    </div>
  );
}

/** How far it may still go; once it has ended, what AWS says about it. */
function Limit({ job }: { job: JobRow }): React.JSX.Element {
  const { format, trans } = useView().cost;
  if (job.ended_at !== null) {
    return <span>{billableWords(job, format, trans)}</span>;
  }
  return (
    <span title={trans.__('What it costs if it runs until its stopping condition')}>
      {job.high === null ? null : trans.__('at most %1', format.money(job.high))}
    </span>
  );
}

function StopButton({ job }: { job: JobRow }): React.JSX.Element | null {
  const { cost, stop } = useView();
  if (!job.can_stop || cost.model.isStopping(job)) {
    return null;
  }
  return (
    <button
      type="button"
      className="mlcost-StopButton"
      data-mlcost-stop={job.name}
      aria-label={cost.trans.__('Stop %1', job.name)}
      onClick={() => stop(job)}
    >
      {cost.trans.__('Stop…')}
    </button>
  );
}

function Details({ id, job, note }: { id: string; job: JobRow; note: DataQuality | undefined }): React.JSX.Element {
  const { cost, isShown } = useView();
  const { format, model, trans } = cost;
  const storage =
    job.storage_cost === null ? null : <LiveMoney model={model} format={format} figure={storageFigure(job)} isShown={isShown} />;
  const tags = Object.entries(job.tags);
  return (
    <Facts
      id={id}
      rows={[
        [trans.__('Figure'), basisWords(job, format, trans)],
        [trans.__('Why'), note === undefined ? null : `${note.message} ${note.hint}`],
        ...priceFacts(job.price, cost),
        [trans.__('Storage, in addition'), storage],
        [trans.__('Started'), format.time(job.started_at)],
        [trans.__('Tags'), tags.length === 0 ? null : tags.map(([key, value]) => `${key}: ${value}`).join(', ')]
      ]}
    />
  );
}
