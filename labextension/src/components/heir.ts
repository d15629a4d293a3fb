import * as React from 'react';

/**
 * Hand the focus of a button that goes away to its neighbour: else it falls back to the top of the page.
 *
 * Gives where the next button is to be found, and what to call with a button that goes.
 */
export function useHeir(): [place: React.RefObject<HTMLElement>, note: (gone: HTMLElement | null) => void] {
  const place = React.useRef<HTMLElement>(null);
  const isWanted = React.useRef(false);
  const note = React.useCallback((gone: HTMLElement | null) => {
    isWanted.current = gone !== null && gone === document.activeElement;
  }, []);
  // Only now are all elements in their places: moving the new one would take the focus from it again.
  React.useLayoutEffect(() => {
    if (isWanted.current) {
      isWanted.current = false;
      place.current?.querySelector('button')?.focus();
    }
  });
  return [place, note];
}
