import * as React from 'react';
import type { Formatter } from '../format';
import type { Figure } from '../live';
import type { OverviewModel } from '../model';

/** Call `paint` after each drawing, and each second while figures grow and `isShown`. */
export function useTicks(model: OverviewModel, isShown: boolean, paint: () => void): void {
  const latest = React.useRef(paint);
  React.useLayoutEffect(() => {
    latest.current = paint;
    paint();
  });
  React.useEffect(() => {
    if (!isShown) {
      return undefined;
    }
    const onTick = (): void => latest.current();
    model.ticked.connect(onTick);
    return () => {
      model.ticked.disconnect(onTick);
    };
  }, [model, isShown]);
}

/** Write only what has changed, past React: a second must cost next to nothing. */
export function write(node: HTMLElement | null, text: string): void {
  if (node !== null && node.textContent !== text) {
    node.textContent = text;
  }
}

interface LiveMoneyProps {
  model: OverviewModel;
  format: Formatter;
  figure: Figure;
  isShown: boolean;
}

/** An amount that is carried on each second; nothing at all where it is unknown. */
export function LiveMoney({ model, format, figure, isShown }: LiveMoneyProps): React.JSX.Element {
  const head = React.useRef<HTMLSpanElement>(null);
  const fine = React.useRef<HTMLSpanElement>(null);
  const tail = React.useRef<HTMLSpanElement>(null);
  useTicks(model, isShown, () => {
    const amount = model.amount(figure);
    const parts = amount === null ? null : format.growingMoney(amount);
    write(head.current, parts?.head ?? '');
    write(fine.current, parts?.fine ?? '');
    write(tail.current, parts?.tail ?? '');
  });
  return (
    <span className="mlcost-Live">
      <span ref={head} />
      <span ref={fine} className="mlcost-Live-fine" />
      <span ref={tail} />
    </span>
  );
}

interface LiveTextProps {
  model: OverviewModel;
  isShown: boolean;
  read: () => string;
}

/** A text that is written anew each second where it changes. */
export function LiveText({ model, isShown, read }: LiveTextProps): React.JSX.Element {
  const node = React.useRef<HTMLSpanElement>(null);
  useTicks(model, isShown, () => write(node.current, read()));
  return <span ref={node} />;
}
