import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { More, useNewcomers } from '../../components/more';
import { useView } from '../../components/view';
import { familiesOf } from '../../families';
import { thingKey } from '../../things';
import { Job } from './job';

/** So many of those that have ended are shown at once: what still costs must not be pushed out of sight. */
const ENDED_AT_FIRST = 3;

interface JobListProps {
  jobs: readonly JobRow[];
  notes: readonly DataQuality[];
  state: string;
}

/** What runs, then what has ended, in one list: a row that goes from one to the other stays the same element. */
export function JobList({ jobs, notes, state }: JobListProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const [isAll, setAll] = React.useState(false);
  const list = React.useRef<HTMLUListElement>(null);
  const expectNewcomers = useNewcomers(list);
  const { tops, children } = familiesOf(jobs);
  const row = (job: JobRow): React.JSX.Element => (
    <Job key={thingKey(job)} job={job} notes={notes} jobChildren={children.get(thingKey(job)) ?? []} />
  );
  const ended = tops.filter(job => !job.is_running);
  const hidden = isAll ? 0 : Math.max(ended.length - ENDED_AT_FIRST, 0);
  const heading = (
    <li key="ended" className="mlcost-Ended">
      <h3>{trans.__('Ended')}</h3>
    </li>
  );
  const showAll = (): void => {
    expectNewcomers();
    setAll(true);
  };
  const more = (
    <li key="more" className="mlcost-More">
      <More
        words={trans._n('%2 more that has ended', '%2 more that have ended', hidden, format.count(hidden))}
        of="ended"
        onClick={showAll}
      />
    </li>
  );
  return jobs.length === 0 ? null : (
    <ul ref={list} className="mlcost-Rows" data-mlcost-state={state}>
      {[
        ...tops.filter(job => job.is_running).map(row),
        ...(ended.length === 0 ? [] : [heading]),
        ...ended.slice(0, ended.length - hidden).map(row),
        ...(hidden === 0 ? [] : [more])
      ]}
    </ul>
  );
}
