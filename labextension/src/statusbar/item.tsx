import * as React from 'react';
import type { Overview } from '../api/types';
import { Around } from '../components/around';
import { LiveMoney, LiveText } from '../components/live';
import { WatchingWidget } from '../components/watching';
import { isIdleForLong } from '../idle';
import { runningFigure } from '../live';
import { SLOT } from '../slot';
import type { ICost } from '../tokens';
import { beforeFirst, idleTimeWords, rateWords, runningWords, standingWords, statusWords } from './words';

interface ItemProps {
  cost: ICost;
  isShown: boolean;
  open: () => void;
}

/** The rate of this session, the cost of what runs, and a long idleness, on one line. */
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
  const { model } = cost;
  const { overview, phase } = model;
  if (overview === null) {
    return <>{beforeFirst(phase, cost.trans)}</>;
  }
  const standing = standingWords(cost);
  return (
    <>
      <span>{rateWords(overview, cost)}</span>
      {overview.totals.launched_running === 0 ? null : (
        <span>
          {' · '}
          <Running overview={overview} cost={cost} isShown={isShown} />
        </span>
      )}
      {isIdleForLong(overview, model.elapsed) ? (
        <span data-mlcost-status-idle="">
          {' · '}
          <LiveText model={model} isShown={isShown} read={() => idleTimeWords(overview, cost)} />
        </span>
      ) : null}
      {standing === null ? null : (
        <span>
          {' · '}
          {standing}
        </span>
      )}
    </>
  );
}

/** How many jobs run, and what they have cost, at least. */
function Running({ overview, cost, isShown }: Omit<ItemProps, 'open'> & { overview: Overview }): React.JSX.Element {
  const { format, model, trans } = cost;
  const { launched_running: running, launched_running_cost } = overview.totals;
  if (launched_running_cost === null) {
    return <>{trans._n('%2 job, cost unknown', '%2 jobs, cost unknown', running, format.count(running))}</>;
  }
  return (
    <Around words={runningWords(overview, SLOT, cost)}>
      <LiveMoney model={model} format={format} figure={runningFigure(overview)} isShown={isShown} />
    </Around>
  );
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
