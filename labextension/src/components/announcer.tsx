import * as React from 'react';
import type { JobRow } from '../api/types';
import { jobKey } from '../live';
import { stateOf } from '../words';
import { useView } from './view';

/** Tell a screen reader when a job changes its state, and nothing else: not each cent. */
export function Announcer({ jobs }: { jobs: readonly JobRow[] }): React.JSX.Element {
  const { trans } = useView().cost;
  const known = React.useRef<Map<string, string> | null>(null);
  const [news, setNews] = React.useState('');
  const states = new Map(jobs.map(job => [jobKey(job), stateOf(job, false, trans).words]));
  const signature = [...states].join('\n');
  React.useEffect(() => {
    const before = known.current;
    known.current = states;
    const changed = before === null ? [] : jobs.filter(job => before.get(jobKey(job)) !== states.get(jobKey(job)));
    if (changed.length > 0) {
      setNews(changed.map(job => trans.__('%1: %2', job.name, states.get(jobKey(job)))).join('. '));
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
