import * as React from 'react';
import type { IdleView, SignalRow } from '../../api/types';
import { More } from '../../components/more';
import { useView } from '../../components/view';
import { untilWords, whenWords } from '../../idle_words';
import type { Translation } from '../../words';

/** So many signals are drawn before somebody asks for all. */
const AT_FIRST = 12;

const STATES: readonly SignalRow['state'][] = ['active', 'unknown', 'quiet'];

/** Each signal with its age: what keeps the machine on first, then what has been active most lately. */
export function Signals({ view }: { view: IdleView }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const [isAll, setAll] = React.useState(false);
  const rows = isAll ? view.signals : view.signals.slice(0, AT_FIRST);
  if (rows.length === 0) {
    return (
      <p className="mlcost-Quiet mlcost-mod-small" data-mlcost-state="empty">
        {trans.__('Nothing has been seen yet that shows use of this machine.')}
      </p>
    );
  }
  return (
    <>
      <table className="mlcost-Table mlcost-Idle-table">
        <caption>{trans.__('What shows that this machine is used, as of %1', format.time(view.as_of) ?? '—')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Signal')}</th>
            <th scope="col">{trans.__('When')}</th>
          </tr>
        </thead>
        {STATES.map(state => (
          <Group key={state} state={state} rows={rows.filter(row => row.state === state)} asOf={view.as_of} />
        ))}
      </table>
      {rows.length < view.signals.length ? (
        <More words={trans.__('Show all %1', format.count(view.signals.length))} of="signals" onClick={() => setAll(true)} />
      ) : null}
    </>
  );
}

function stateWords(state: SignalRow['state'], trans: Translation): string {
  switch (state) {
    case 'active':
      return trans.__('Keeps this machine on');
    case 'unknown':
      return trans.__('Not known');
    default:
      return trans.__('Does not keep it on now');
  }
}

interface GroupProps {
  state: SignalRow['state'];
  rows: SignalRow[];
  asOf: string;
}

function Group({ state, rows, asOf }: GroupProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  return rows.length === 0 ? null : (
    <tbody data-mlcost-signals={state}>
      <tr>
        <th className="mlcost-Idle-group" colSpan={2} scope="rowgroup">
          {stateWords(state, trans)}
        </th>
      </tr>
      {rows.map((row, at) => (
        <Signal key={at} row={row} asOf={asOf} />
      ))}
    </tbody>
  );
}

function Signal({ row, asOf }: { row: SignalRow; asOf: string }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const until = untilWords(row, format, trans);
  return (
    <tr data-mlcost-signal={row.name}>
      <th scope="row">
        <span className="mlcost-Table-name">{row.title}</span>
        <Detail row={row} />
        {row.holds_alone ? (
          <span className="mlcost-Idle-alone" data-mlcost-alone="">
            {trans.__('the only thing that keeps this machine on')}
          </span>
        ) : null}
      </th>
      <td title={format.moment(row.active_since ?? row.last_active_at) ?? undefined}>
        {whenWords(row, asOf, format, trans)}
        {until === null ? null : <span className="mlcost-Idle-detail">{until}</span>}
      </td>
    </tr>
  );
}

/** Its subject, and what that does, as the server puts it. */
function Detail({ row: { subject, detail } }: { row: SignalRow }): React.JSX.Element | null {
  return subject === '' && detail === '' ? null : (
    <span className="mlcost-Idle-detail" title={`${subject} ${detail}`.trim()}>
      {subject === '' ? null : <b>{subject}</b>} {detail}
    </span>
  );
}
