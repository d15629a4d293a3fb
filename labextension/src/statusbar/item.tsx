import * as React from 'react';
import type { Overview } from '../api/types';
import { LiveMoney } from '../components/live';
import { WatchingWidget } from '../components/watching';
import { runningFigure } from '../live';
import type { Phase } from '../model';
import type { ICost } from '../tokens';
import type { Translation } from '../words';

interface ItemProps {
  cost: ICost;
  isShown: boolean;
  open: () => void;
}

/** The rate of this session and the cost of what runs, on one line. */
export function StatusItem({ cost, isShown, open }: ItemProps): React.JSX.Element {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    cost.model.changed.connect(redraw);
    return () => {
      cost.model.changed.disconnect(redraw);
    };
  }, [cost]);
  const words = statusWords(cost);
  return (
    <span
      className="jp-StatusBar-TextItem mlcost-StatusItem"
      role="button"
      tabIndex={0}
      data-mlcost-status={cost.model.phase}
      title={words}
      aria-label={words}
      onClick={open}
      onKeyDown={event => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          open();
        }
      }}
    >
      <Content cost={cost} isShown={isShown} />
    </span>
  );
}

function Content({ cost, isShown }: Pick<ItemProps, 'cost' | 'isShown'>): React.JSX.Element {
  const { format, model, trans } = cost;
  const { overview, phase } = model;
  if (overview === null) {
    return <>{beforeFirst(phase, trans)}</>;
  }
  const { running, running_cost } = overview.totals;
  return (
    <>
      <span>{rateWords(overview, cost)}</span>
      {running === 0 ? null : (
        <span>
          {' · '}
          {trans._n('%1 job', '%1 jobs', running)}{' '}
          {running_cost === null ? (
            '—'
          ) : (
            <LiveMoney model={model} format={format} figure={runningFigure(overview)} isShown={isShown} />
          )}
        </span>
      )}
      {phase === 'live' ? null : (
        <span>
          {' · '}
          {phase === 'refused' ? `${trans.__('signed out')}, ` : null}
          {trans.__('as of %1', format.time(model.confirmedTime))}
        </span>
      )}
    </>
  );
}

function beforeFirst(phase: Phase, trans: Translation): string {
  switch (phase) {
    case 'loading':
      return trans.__('Cost …');
    case 'refused':
      return trans.__('Cost: signed out');
    default:
      return trans.__('Cost: offline');
  }
}

function rateWords({ session }: Overview, { format, trans }: ICost): string {
  const rate = format.rate(session.cost_per_hour ?? session.list_unit_price);
  return rate === null ? trans.__('no price') : trans.__('%1/h', rate);
}

/** The same in a sentence; it is not rewritten each second, since it is read aloud. */
function statusWords(cost: ICost): string {
  const { format, model, trans } = cost;
  const overview = model.overview;
  if (overview === null) {
    return trans.__('Open the cost panel');
  }
  const rate = format.rate(overview.session.cost_per_hour ?? overview.session.list_unit_price);
  const { running, running_cost, unpriced } = overview.totals;
  const sum = format.money(running_cost);
  const sentences = [
    cost.model.phase === 'refused' ? trans.__('You are signed out.') : null,
    rate === null ? trans.__('No price for this machine.') : trans.__('This session: %1 an hour.', rate),
    running === 0 ? trans.__('No job runs.') : trans._n('%1 job runs.', '%1 jobs run.', running),
    running === 0 || sum === null ? null : unpriced > 0 ? trans.__('At least %1 so far.', sum) : trans.__('%1 so far.', sum),
    trans.__('Click to open the cost panel.')
  ];
  return sentences.filter(sentence => sentence !== null).join(' ');
}

/** The widget in the status bar. */
export class StatusWidget extends WatchingWidget {
  constructor(
    private readonly cost: ICost,
    private readonly open: () => void
  ) {
    super(cost.model);
    this.addClass('jp-mod-highlighted');
  }

  protected override render(): React.JSX.Element {
    return <StatusItem cost={this.cost} isShown={this.isWatching} open={this.open} />;
  }
}
