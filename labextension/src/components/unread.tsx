import * as React from 'react';
import { kindsWords } from '../words';
import { useView } from './view';

/** Some kinds are asked about later than others: until then their absence says nothing. */
export function Unread({ kinds }: { kinds: readonly string[] }): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-state="reading">
      {trans.__('Still reading from AWS: %1', kindsWords(kinds, trans))}
    </div>
  );
}
