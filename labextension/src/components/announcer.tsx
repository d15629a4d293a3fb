import * as React from 'react';
import { useView } from './view';

/** So many are named; more are counted. */
const MOST_NAMED = 3;

/** Something whose state is worth reading aloud when it changes. */
export interface Announced {
  readonly key: string;
  readonly name: string;
  readonly words: string;
}

interface AnnouncerProps {
  things: readonly Announced[];
  /** Says that so many have changed, where they are too many to be named. */
  many: (count: number) => string;
  /** Says that one has gone for good, whose last word was that it is about to; null: that is not told of these. */
  gone?: (name: string, words: string) => string | null;
}

const STAY = (): null => null;

/** Tell a screen reader when a thing changes its state, and nothing else: not each cent, nor which rows there is room for. */
export function Announcer({ things, many, gone = STAY }: AnnouncerProps): React.JSX.Element {
  const { trans } = useView().cost;
  const known = React.useRef(new Map<string, Announced>());
  const [news, setNews] = React.useState('');
  const states = new Map(things.map(thing => [thing.key, thing]));
  const signature = things.map(({ key, words }) => `${key} ${words}`).join('\n');
  React.useEffect(() => {
    const before = known.current;
    known.current = states;
    const changed = things.filter(({ key, words }) => (before.get(key)?.words ?? words) !== words);
    const sentences = [
      ...(changed.length > MOST_NAMED ? [many(changed.length)] : changed.map(({ name, words }) => trans.__('%1: %2', name, words))),
      ...[...before.values()].filter(({ key }) => !states.has(key)).map(({ name, words }) => gone(name, words))
    ].filter(sentence => sentence !== null);
    if (sentences.length > 0) {
      setNews(sentences.join('. '));
    }
    // What is announced depends on the states alone, however often the rows are drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [signature]);
  return (
    <div className="mlcost-mod-hiddenText" aria-live="polite">
      {news}
    </div>
  );
}
