import * as React from 'react';
import type { Overview } from '../api/types';
import { Around } from '../components/around';
import { LiveMoney } from '../components/live';
import { WatchingWidget } from '../components/watching';
import type { Formatter } from '../format';
import { kindsThatAre } from '../kinds';
import { runningFigure } from '../live';
import type { Phase } from '../phase';
import { isSessionAwaited, mayHideJobs } from '../quality';
import { JOB_KINDS } from '../places';
import { SLOT } from '../slot';
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
  const standing = standingWords(phase, format.time(model.confirmedTime) ?? '—', trans);
  return (
    <>
      <span>{rateWords(overview, cost)}</span>
      {overview.totals.running === 0 ? null : (
        <span>
          {' · '}
          <Running overview={overview} cost={cost} isShown={isShown} />
        </span>
      )}
      {standing === null ? null : (
        <span>
          {' · '}
          {standing}
        </span>
      )}
    </>
  );
}

/** How many jobs run, and what they cost at least. */
function Running({ overview, cost, isShown }: Omit<ItemProps, 'open'> & { overview: Overview }): React.JSX.Element {
  const { format, model, trans } = cost;
  const { running, running_cost, unpriced } = overview.totals;
  const count = format.count(running);
  if (running_cost === null) {
    return <>{trans._n('%2 job, cost unknown', '%2 jobs, cost unknown', running, count)}</>;
  }
  const words =
    unpriced > 0
      ? trans._n('%2 job, at least %3', '%2 jobs, at least %3', running, count, SLOT)
      : trans._n('%2 job %3', '%2 jobs %3', running, count, SLOT);
  return (
    <Around words={words}>
      <LiveMoney model={model} format={format} figure={runningFigure(overview)} isShown={isShown} />
    </Around>
  );
}

function beforeFirst(phase: Phase, trans: Translation): string {
  switch (phase) {
    case 'refused':
      return trans.__('Cost: signed out');
    case 'gone':
      return trans.__('Cost: not running');
    case 'offline':
      return trans.__('Cost: offline');
    default:
      return trans.__('Cost …');
  }
}

/** Say since when the figures stand still, and why; null while they do not. */
function standingWords(phase: Phase, at: string, trans: Translation): string | null {
  switch (phase) {
    case 'refused':
      return trans.__('signed out, as of %1', at);
    case 'gone':
      return trans.__('not running, as of %1', at);
    case 'offline':
      return trans.__('offline, as of %1', at);
    default:
      return null;
  }
}

function rateWords(overview: Overview, { format, trans }: ICost): string {
  const rate = sessionRate(overview, format);
  if (rate !== null) {
    return trans.__('%1/h', rate);
  }
  return isSessionAwaited(overview) ? trans.__('Cost …') : trans.__('no price');
}

function sessionRate({ session }: Overview, format: Formatter): string | null {
  return format.rate(session.cost_per_hour ?? session.list_unit_price);
}

/** The same in sentences, how sure it is first; they are not rewritten each second, since they are read aloud. */
function statusWords(cost: ICost): string {
  const { format, model, trans } = cost;
  const { overview, phase } = model;
  const at = format.time(model.confirmedTime);
  const sentences = [
    phaseSentence(phase, trans),
    phase === 'live' || at === null ? null : trans.__('Figures as of %1.', at),
    ...(overview === null
      ? []
      : [rateSentence(overview, cost), ...runningSentences(overview, cost), standingSentence(overview, cost)]),
    trans.__('Open the cost panel.')
  ];
  return sentences.filter(sentence => sentence !== null).join(' ');
}

function phaseSentence(phase: Phase, trans: Translation): string | null {
  switch (phase) {
    case 'loading':
      return trans.__('Costs are being read.');
    case 'offline':
      return trans.__("Offline: Jupyter's server does not answer.");
    case 'refused':
      return trans.__('You are signed out.');
    case 'gone':
      return trans.__('The server half of mlcost-ext is not running.');
    default:
      return null;
  }
}

function rateSentence(overview: Overview, { format, trans }: ICost): string {
  const rate = sessionRate(overview, format);
  if (rate !== null) {
    return trans.__('This session: %1 an hour.', rate);
  }
  return isSessionAwaited(overview)
    ? trans.__('The machine of this session is being read.')
    : trans.__('No price for this machine.');
}

function runningSentences(overview: Overview, { format, trans }: ICost): (string | null)[] {
  const { running, running_cost, unpriced } = overview.totals;
  if (running === 0) {
    const isRead = kindsThatAre('reading', JOB_KINDS, overview).length === 0;
    const isKnown = running_cost !== null && isRead && !mayHideJobs(overview);
    return [isKnown ? trans.__('No job runs.') : trans.__('What runs is not known.')];
  }
  const sum = format.money(running_cost);
  const sumSentence = unpriced > 0 ? trans.__('At least %1 so far.', sum) : trans.__('%1 so far.', sum);
  return [
    trans._n('%2 job runs.', '%2 jobs run.', running, format.count(running)),
    sum === null ? trans.__('What they cost is not known.') : sumSentence
  ];
}

/** What endpoints, apps and volumes cost a day, whatever runs; null where there are none. */
function standingSentence({ totals }: Overview, { format, trans }: ICost): string | null {
  const perDay = format.rate(totals.standing_cost_per_day);
  if (totals.standing === 0) {
    return null;
  }
  if (perDay === null) {
    return trans.__('What else stays on costs an amount that is not known.');
  }
  return totals.standing_unpriced > 0
    ? trans.__('What else stays on costs at least %1 a day.', perDay)
    : trans.__('What else stays on costs %1 a day.', perDay);
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
