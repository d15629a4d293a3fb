import * as React from 'react';
import type { IdleView, NativeIdle, ProlongedStretch } from '../../api/types';
import { Facts } from '../../components/disclosure';
import { Notice } from '../../components/notice';
import { useView } from '../../components/view';
import { signalTitle } from '../../idle_words';

/** States in which Studio's own idle shutdown does what it should, or is not there. */
const FINE: readonly NativeIdle['state'][] = ['absent', 'follows'];

interface Props {
  native: NativeIdle;
  view: IdleView;
}

/** What Studio's own idle shutdown says, what is wrong with it, and for how long it was held up. */
export function Native({ native, view }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  const { hint, message, state } = native;
  return (
    <div data-mlcost-native={state}>
      <h3 className="mlcost-Heading">{trans.__("Studio's own idle shutdown")}</h3>
      {FINE.includes(state) ? (
        <p className="mlcost-Idle-policy">
          {message} {hint}
        </p>
      ) : (
        <Notice state={`native-${state}`} tone="warning" title={message} hint={hint} />
      )}
      {state === 'absent' ? null : <Times native={native} />}
      {native.prolonged.length === 0 ? null : <Prolonged native={native} view={view} />}
    </div>
  );
}

function Times({ native }: Pick<Props, 'native'>): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { asked_at, last_active_at, stamped_at, timeout_minutes } = native;
  const timeout = timeout_minutes === null ? trans.__('not known') : trans.__('%1 min', format.count(timeout_minutes));
  return (
    <Facts
      rows={[
        [trans.__('Stops after'), timeout],
        [trans.__('Last activity it tells'), format.time(last_active_at)],
        [trans.__('Asked'), format.time(asked_at)],
        [trans.__('Last told of work'), format.time(stamped_at) ?? trans.__('not since this server started')]
      ]}
    />
  );
}

/** Times for which it was told of work that it does not see itself, and what the machine cost meanwhile. */
function Prolonged({ native, view }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <table className="mlcost-Table mlcost-Idle-table" data-mlcost-prolonged="">
      <caption>{trans.__('What has kept this machine on while Studio by itself saw no activity, in the last 30 days')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('From and to')}</th>
          <th scope="col">{trans.__('Cost')}</th>
        </tr>
      </thead>
      <tbody>
        {native.prolonged.map((stretch, at) => (
          <Stretch key={at} stretch={stretch} view={view} />
        ))}
      </tbody>
    </table>
  );
}

function Stretch({ stretch, view }: Pick<Props, 'view'> & { stretch: ProlongedStretch }): React.JSX.Element {
  const { format: ours, trans } = useView().cost;
  const format = ours.inCurrency(view.billing_currency);
  const { cost, end, is_certain, signals, start } = stretch;
  const amount = format.money(cost);
  return (
    <tr>
      <th scope="row">
        {trans.__('%1 to %2', format.moment(start), format.moment(end))}
        <span className="mlcost-Idle-detail">{signals.map(name => signalTitle(name, view)).join(trans.__(', '))}</span>
        {is_certain ? null : <span className="mlcost-Idle-detail">{trans.__('Studio may not have stopped it, either')}</span>}
      </th>
      <td className={amount === null ? 'mlcost-Row-unknown' : undefined} data-mlcost-cost={cost ?? ''}>
        {amount ?? trans.__('cost unknown')}
      </td>
    </tr>
  );
}
