import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { useView } from '../../components/view';
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
  const more = (
    <li key="more" className="mlcost-More">
      <button type="button" className="mlcost-Fold" aria-expanded={false} data-mlcost-more="ended" onClick={() => setAll(true)}>
        {trans._n('%2 more that has ended', '%2 more that have ended', hidden, format.count(hidden))}
      </button>
    </li>
  );
  return jobs.length === 0 ? null : (
    <ul className="mlcost-Rows" data-mlcost-state={state}>
      {[
        ...tops.filter(job => job.is_running).map(row),
        ...(ended.length === 0 ? [] : [heading]),
        ...ended.slice(0, ended.length - hidden).map(row),
        ...(hidden === 0 ? [] : [more])
      ]}
    </ul>
  );
}

interface Families {
  /** What stands in the list itself, in its order. */
  readonly tops: JobRow[];
  /** By the key of a parent that is in the list: what it has started. */
  readonly children: ReadonlyMap<string, JobRow[]>;
}

/** Put jobs below the sum that counts them: beside it they would look as if they cost twice. */
export function familiesOf(jobs: readonly JobRow[]): Families {
  const sums = new Set(jobs.filter(job => job.is_sum).map(thingKey));
  const children = new Map<string, JobRow[]>();
  const tops = jobs.filter(job => {
    const parent = parentKey(job);
    if (parent === null || !sums.has(parent)) {
      return true;
    }
    children.set(parent, [...(children.get(parent) ?? []), job]);
    return false;
  });
  return { tops, children };
}

function parentKey({ parent, region_id }: JobRow): string | null {
  if (parent === null) {
    return null;
  }
  const [kind, ...name] = parent.split('/');
  return thingKey({ kind, name: name.join('/'), region_id });
}
