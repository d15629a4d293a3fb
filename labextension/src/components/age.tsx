import * as React from 'react';
import type { Overview } from '../api/types';
import { ageWorthTelling } from '../kinds';
import { useView } from './view';

interface AgeProps {
  /** The kinds of which something is shown. */
  kinds: readonly string[];
  overview: Overview;
}

/** As of when a section is true, where that is longer ago than a glance would assume. */
export function Age({ kinds, overview }: AgeProps): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const at = format.time(ageWorthTelling(kinds, overview));
  return at === null ? null : (
    <span className="mlcost-Age" data-mlcost-age="" title={trans.__('When AWS last told what is shown here')}>
      {trans.__('as of %1', at)}
    </span>
  );
}
