import * as React from 'react';
import { dearestDay, fractionOf, type ChargeDay } from '../../charge_table';
import { amountWords, chargeBasisWords } from '../../charge_words';
import { useView } from '../../components/view';
import type { Formatter } from '../../format';
import { shown } from '../../live';
import type { Translation } from '../../words';

interface ChartProps {
  days: readonly ChargeDay[];
  format: Formatter;
}

/** A bar a day. One of them is reached by Tab, the others by the arrow keys; the line above says what one of them is. */
export function DayChart({ days, format }: ChartProps): React.JSX.Element {
  const { trans } = useView().cost;
  const [pointed, setPointed] = React.useState<number | null>(null);
  const [focused, setFocused] = React.useState<number | null>(null);
  const [stop, setStop] = React.useState<string | null>(null);
  const node = React.useRef<HTMLDivElement>(null);
  const past = days.filter(({ is }) => is !== 'ahead');
  const known = past.findIndex(({ day }) => day === stop);
  const stopAt = known < 0 ? past.length - 1 : known;
  const at = pointed ?? focused;
  const dearest = dearestDay(days);
  const most = shown(dearest?.group?.contracted_cost) ?? 0;
  const move = (event: React.KeyboardEvent): void => {
    const to = nextStop(event.key, stopAt, past.length);
    if (to !== null) {
      event.preventDefault();
      node.current?.querySelectorAll<HTMLElement>('[data-mlcost-day]')[to]?.focus();
    }
  };
  return (
    <div className="mlcost-Chart">
      <Said day={at === null ? null : (days[at] ?? null)} dearest={dearest} format={format} />
      <div
        ref={node}
        className="mlcost-Chart-days"
        role="group"
        aria-label={trans.__('Cost by day; the arrow keys go from day to day')}
        onKeyDown={move}
        onMouseLeave={() => setPointed(null)}
        onBlur={() => setFocused(null)}
      >
        {days.map((day, place) => (
          <Day
            key={day.day}
            day={day}
            most={most}
            format={format}
            isStop={place === stopAt}
            isPointed={place === at}
            point={() => setPointed(place)}
            take={() => {
              setStop(day.day);
              setFocused(place);
            }}
          />
        ))}
      </div>
      <Ends days={days} format={format} />
    </div>
  );
}

/** The first day and the last, and between them what the two kinds of bars mean. */
function Ends({ days, format }: ChartProps): React.JSX.Element {
  const { trans } = useView().cost;
  const [first, last] = [days.at(0), days.at(-1)].map(end => (end === undefined ? '' : format.shortDate(end.day)));
  const isThere = (part: 'estimated' | 'metered'): boolean => days.some(({ group }) => (shown(group?.[part]) ?? 0) > 0);
  return (
    <div className="mlcost-Chart-ends" aria-hidden="true">
      <span>{first}</span>
      {isThere('metered') ? <span className="mlcost-Chart-key">{trans.__('metered')}</span> : null}
      {isThere('estimated') ? <span className="mlcost-Chart-key mlcost-mod-estimated">{trans.__('estimated')}</span> : null}
      <span>{last}</span>
    </div>
  );
}

/** Give the day a key leads to; null where it leads nowhere. */
function nextStop(key: string, at: number, count: number): number | null {
  const steps: Readonly<Record<string, number | undefined>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 };
  const to = steps[key];
  return to === undefined || count === 0 ? null : Math.min(Math.max(to, 0), count - 1);
}

interface SaidProps {
  day: ChargeDay | null;
  dearest: ChargeDay | null;
  format: Formatter;
}

/** What the day is that somebody points to, else which was the dearest: so the height of the bars has a measure. */
function Said({ day, dearest, format }: SaidProps): React.JSX.Element {
  const { trans } = useView().cost;
  const amount = dearest?.group && format.money(dearest.group.contracted_cost);
  const most = dearest && amount ? trans.__('Most on %1: %2', format.shortDate(dearest.day), amount) : '';
  return (
    <div className="mlcost-Chart-said mlcost-mod-clip" aria-hidden="true">
      {day === null ? most : dayWords(day, format, trans)}
    </div>
  );
}

interface DayProps {
  day: ChargeDay;
  most: number;
  format: Formatter;
  isStop: boolean;
  isPointed: boolean;
  /** The mouse is on it. */
  point: () => void;
  /** It has the focus. */
  take: () => void;
}

function Day({ day, most, format, isStop, isPointed, point, take }: DayProps): React.JSX.Element {
  const { trans } = useView().cost;
  if (day.is === 'ahead') {
    return <div className="mlcost-Chart-day mlcost-mod-ahead" />;
  }
  return (
    <div
      className={`mlcost-Chart-day${isPointed ? ' mlcost-mod-pointed' : ''}`}
      role="img"
      aria-label={dayWords(day, format, trans)}
      tabIndex={isStop ? 0 : -1}
      data-mlcost-day={day.day}
      data-mlcost-cost={day.group?.contracted_cost ?? ''}
      onMouseEnter={point}
      onFocus={take}
    >
      <Bar day={day} most={most} />
    </div>
  );
}

/** The metered part below, the estimated one above it; a day without charges has no bar, one that is not known a dashed one. */
function Bar({ day: { group }, most }: { day: ChargeDay; most: number }): React.JSX.Element | null {
  if (group === null) {
    return null;
  }
  if (group.contracted_cost === null) {
    return <div className="mlcost-Chart-bar mlcost-mod-unknown" />;
  }
  const height = fractionOf(group.contracted_cost, most);
  const estimated = fractionOf(group.estimated, group.contracted_cost);
  return height === 0 ? null : (
    <div className="mlcost-Chart-bar" style={{ height: percent(height) }}>
      {estimated > 0 ? <div className="mlcost-Chart-estimated" style={{ height: percent(estimated) }} /> : null}
    </div>
  );
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** Say what a day has cost. */
function dayWords({ day, group, is }: ChargeDay, format: Formatter, trans: Translation): string {
  const date = format.shortDate(day);
  if (group === null) {
    return is === 'before' ? trans.__('%1: not counted', date) : trans.__('%1: no charges', date);
  }
  const basis = chargeBasisWords(group, format, trans);
  const amount = amountWords(group, format, trans);
  return basis === '' ? trans.__('%1: %2', date, amount) : trans.__('%1: %2, %3', date, amount, basis);
}
