import * as React from 'react';
import { useView } from './view';

/** Say so where a list has no room for all there is; the server sends those first that cost the most. */
export function Cut({ shown, all }: { shown: number; all: number }): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  return all <= shown ? null : (
    <div className="mlcost-Quiet mlcost-mod-small mlcost-Cut" data-mlcost-cut="">
      {trans.__('%1 of %2 are shown, those first that cost the most.', format.count(shown), format.count(all))}
    </div>
  );
}
