import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { boundOf, boundWords, highWords } from '../../bound';
import { Around } from '../../components/around';
import { FoldButton, useDisclosure, useFold, type Fold } from '../../components/disclosure';
import { EndButton } from '../../components/end_button';
import { Growing, Unknown } from '../../components/figure';
import { Failure, Foot, Row, StateLine, What } from '../../components/row';
import { Runtime, RuntimeBar } from '../../components/runtime';
import { useView } from '../../components/view';
import { isEnding, type Ending } from '../../endings/ending';
import { jobFigure } from '../../live';
import { SLOT } from '../../slot';
import { thingKey } from '../../things';
import { basisWords, billableWords, childCount, kindWords, machineWords, stateOf } from '../../words';
import { JobDetails } from './job_details';

export interface JobProps {
  job: JobRow;
  notes: readonly DataQuality[];
  /** The jobs it has started, as far as they are in sight; they are listed below it and nowhere else. */
  jobChildren: readonly JobRow[];
  /** Whether its parent's row is right above, and need not be named. */
  isNested?: boolean;
}

/** One job: what it costs, what it is, how far it may go, and how to stop it. */
export function Job({ job, notes, jobChildren, isNested = false }: JobProps): React.JSX.Element {
  const { trans } = useView().cost;
  const details = useDisclosure(trans.__('About the cost of %1', job.name));
  const family = useFold();
  const ending: Ending = { what: 'job', row: job };
  const data = { 'data-mlcost-job': job.name, 'data-status': job.status, 'data-cost-basis': job.cost_basis };
  return (
    <Row
      name={job.name}
      figure={<Cost job={job} notes={notes} />}
      className={job.is_running ? 'mlcost-Job' : 'mlcost-Job mlcost-mod-ended'}
      data={data}
    >
      <Machine job={job} isNested={isNested} />
      {job.is_running && !job.is_sum ? <RuntimeBar job={job} /> : null}
      <StateWords job={job} ending={ending} />
      <Foot
        actions={
          <>
            {details.button}
            <EndButton ending={ending} />
          </>
        }
      >
        <Remark job={job} fold={jobChildren.length === 0 ? null : family} />
      </Foot>
      <Failure reason={job.failure_reason} />
      {details.isOpen ? <JobDetails id={details.id} job={job} notes={notes} /> : null}
      {family.isOpen ? <Children id={family.id} job={job} jobChildren={jobChildren} notes={notes} /> : null}
    </Row>
  );
}

function Cost({ job, notes }: Pick<JobProps, 'job' | 'notes'>): React.JSX.Element {
  const { format, trans } = useView().cost;
  if (job.cost === null) {
    return <Unknown of={job} notes={notes} />;
  }
  const amount = (
    <span data-mlcost-cost={job.cost}>
      <Growing figure={jobFigure(job)} />
    </span>
  );
  return (
    <span className="mlcost-Row-cost mlcost-Number" title={basisWords(job, format, trans)}>
      <Around words={boundWords(boundOf(job), SLOT, trans)} className="mlcost-Row-prefix">
        {amount}
      </Around>
    </span>
  );
}

function Machine({ job, isNested }: { job: JobRow; isNested: boolean }): React.JSX.Element {
  const { trans } = useView().cost;
  const parent = job.parent === null || isNested ? null : trans.__('of %1', job.parent.split('/').slice(1).join('/'));
  const parts = [kindWords(job.kind, trans), machineWords(job, trans), parent, job.notebook];
  return <What parts={parts} badge={job.spot ? trans.__('Spot') : null} />;
}

function StateWords({ job, ending }: { job: JobRow; ending: Ending }): React.JSX.Element {
  const { format, model, trans } = useView().cost;
  const state = stateOf(job, isEnding(ending, model.actions), trans);
  // A job can have ended without AWS telling when.
  const at = job.is_running ? null : format.time(job.ended_at);
  return (
    <StateLine state={at === null ? state : { ...state, words: trans.__('%1 at %2', state.words, at) }}>
      {job.is_running ? <Runtime job={job} /> : null}
    </StateLine>
  );
}

function Remark({ job, fold }: { job: JobRow; fold: Fold | null }): React.JSX.Element | null {
  return job.is_sum ? <ChildCount job={job} fold={fold} /> : <Limit job={job} />;
}

/** How far it may still go; once it has ended, what AWS says about it. */
function Limit({ job }: { job: JobRow }): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  if (!job.is_running) {
    return <>{billableWords(job, format, trans)}</>;
  }
  const high = highWords(job, format, trans);
  return high === null ? null : <span title={trans.__('What it costs if it runs until its stopping condition')}>{high}</span>;
}

/** How many jobs a sum sums, and the way to see them: they are folded, since its own row says the sum. */
function ChildCount({ job, fold }: { job: JobRow; fold: Fold | null }): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const words = childCount(job, format, trans);
  return words === null || fold === null ? <>{words}</> : <FoldButton fold={fold}>{words}</FoldButton>;
}

interface ChildrenProps extends Omit<JobProps, 'isNested'> {
  id: string;
}

function Children({ id, job, jobChildren, notes }: ChildrenProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const hidden = Math.max(job.children_known ?? 0, job.children_started ?? 0) - jobChildren.length;
  return (
    <ul className="mlcost-Rows mlcost-mod-nested" id={id} aria-label={trans.__('Jobs of %1', job.name)}>
      {jobChildren.map(child => (
        <Job key={thingKey(child)} job={child} notes={notes} jobChildren={[]} isNested={true} />
      ))}
      {hidden <= 0 ? null : (
        <li className="mlcost-Quiet mlcost-mod-small" data-mlcost-cut="">
          {trans._n('%2 more is not shown', '%2 more are not shown', hidden, format.count(hidden))}
        </li>
      )}
    </ul>
  );
}
