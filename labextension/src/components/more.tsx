import * as React from 'react';
import { bequeathFocus } from './heir';

const ROWS = '.mlcost-Row';

interface MoreProps {
  words: string;
  /** What it shows more of; for selectors. */
  of?: string;
  onClick: () => void;
}

/** A button that brings more rows into a list, and goes away once there are no more. */
export function More({ words, of = '', onClick }: MoreProps): React.JSX.Element {
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => bequeathFocus(button);
  }, []);
  return (
    <button ref={node} type="button" className="mlcost-Fold" data-mlcost-more={of} onClick={onClick}>
      {words}
    </button>
  );
}

/**
 * Hand the focus to the first row that comes into a list after the result was called, as soon as it is drawn.
 *
 * Who works without a mouse then goes on with what was asked for. A focus that has gone elsewhere meanwhile stays there.
 *
 * Args:
 *   list: Where the rows are.
 *   isWaiting: Whether what was asked for may still come.
 */
export function useNewcomers(list: React.RefObject<HTMLElement>, isWaiting = false): () => void {
  const before = React.useRef<ReadonlySet<Element> | null>(null);
  const rows = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>(ROWS) ?? [])];
  React.useLayoutEffect(() => {
    const known = before.current;
    const first = known === null ? undefined : rows().find(row => !known.has(row));
    if (first !== undefined) {
      takeFocus(first);
    }
    before.current = first === undefined && isWaiting ? known : null;
  });
  return () => {
    before.current = new Set(rows());
  };
}

function takeFocus(row: HTMLElement): void {
  const { activeElement } = document;
  if (activeElement === document.body || activeElement?.matches('[data-mlcost-more]') === true) {
    row.tabIndex = -1;
    row.focus();
  }
}
