import * as React from 'react';
import type { Charged, Overview } from '../../api/types';
import { chargedWords } from '../../charge_words';
import { FoldButton, useFold } from '../../components/disclosure';
import { useView } from '../../components/view';
import type { ChargeHistory } from '../../history';
import type { PanelSection, SectionProps } from '../section';
import { Choices } from './history_choices';
import { Figures } from './history_figures';

function Aside(): React.JSX.Element {
  const { trans } = useView().cost;
  const title = trans.__('Jobs, endpoints, apps, volumes and the machine of this session');
  return <span title={title}>{trans.__('all that is yours')}</span>;
}

/** What was charged today and this month, which the overview tells; the days are read only once somebody asks for them. */
function Body({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const fold = useFold();
  return (
    <>
      <Totals overview={overview} />
      <FoldButton fold={fold}>{trans.__('Day by day')}</FoldButton>
      {fold.isOpen ? <DayByDay id={fold.id} overview={overview} /> : null}
    </>
  );
}

function Totals({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { charged } = overview;
  const since = format.moment(charged?.since ?? null);
  return (
    <>
      <dl className="mlcost-Amounts mlcost-History-totals">
        <Total label={trans.__('Today')} of="today" charged={charged} />
        <Total label={format.month(charged?.as_of ?? overview.as_of)} of="month" charged={charged} />
      </dl>
      {since === null ? null : (
        <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-since="">
          {trans.__('Counting began %1; what ran before is in it as far as AWS tells.', since)}
        </div>
      )}
    </>
  );
}

interface TotalProps {
  label: string;
  of: 'today' | 'month';
  charged: Charged | null;
}

function Total({ label, of, charged }: TotalProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const words = charged === null ? null : chargedWords(charged[of], charged, format, trans);
  return (
    <div className="mlcost-Pair mlcost-mod-wrap" data-mlcost-charged={of}>
      <dt className="mlcost-mod-quiet">{label}</dt>
      {words === null ? (
        <dd className="mlcost-Row-unknown">{charged === null ? trans.__('not known yet') : trans.__('not known')}</dd>
      ) : (
        <dd className="mlcost-Number" data-mlcost-cost={charged?.[of]}>
          {words}
        </dd>
      )}
    </div>
  );
}

/** Have the days read for as long as somebody looks at them, and draw anew when they were. */
function useHistory(): ChargeHistory {
  const { cost, isShown } = useView();
  const { history } = cost.model;
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    if (!isShown) {
      return undefined;
    }
    history.changed.connect(redraw);
    const watching = history.watch();
    return () => {
      watching.dispose();
      history.changed.disconnect(redraw);
    };
  }, [history, isShown]);
  return history;
}

function DayByDay({ id, overview }: { id: string; overview: Overview }): React.JSX.Element {
  const history = useHistory();
  return (
    <div id={id} className="mlcost-History" data-mlcost-history="">
      <Choices history={history} overview={overview} />
      <Figures history={history} overview={overview} />
    </div>
  );
}

export const HISTORY: PanelSection = {
  id: 'history',
  title: ({ trans }) => trans.__('History'),
  scope: 'mine',
  Aside,
  Body
};
