import * as React from 'react';
import type { JobRow } from '../api/types';
import { jobKey } from '../live';
import { stateOf, type Translation } from '../words';
import { useView } from './view';

/** So many are named; more are counted. */
const MOST_NAMED = 3;

/** Tell a screen reader when a job changes its state, and nothing else: not each cent, nor which rows there is room for. */
export function Announcer({ jobs }: { jobs: readonly JobRow[] }): React.JSX.Element {
  const { trans } = useView().cost;
  const known = React.useRef(new Map<string, string>());
  const [news, setNews] = React.useState('');
  const states = new Map(jobs.map(job => [jobKey(job), stateOf(job, false, trans).words]));
  const signature = [...states].join('\n');
  React.useEffect(() => {
    const before = known.current;
    known.current = states;
    const changed = jobs.filter(job => (before.get(jobKey(job)) ?? states.get(jobKey(job))) !== states.get(jobKey(job)));
    if (changed.length > 0) {
      setNews(newsOf(changed, trans));
    }
    // What is announced depends on the states alone, however often the rows are drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [signature]);
  return (
    <div className="mlcost-mod-hiddenText" aria-live="polite">
      {news}
    </div>
  );
}

function newsOf(changed: readonly JobRow[], trans: Translation): string {
  const { length } = changed;
  return length > MOST_NAMED
    ? trans._n('%1 job has changed its state.', '%1 jobs have changed their state.', length)
    : changed.map(job => trans.__('%1: %2', job.name, stateOf(job, false, trans).words)).join('. ');
}
