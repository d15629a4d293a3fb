/** Where a focus goes whose button has gone: to its neighbours, else to its section, else to the panel. */
const PLACES = ['.mlcost-Row', '[data-mlcost-section]', '[data-mlcost-panel]'];

/**
 * Hand on the focus of a button that is about to go away, be it alone or with its row.
 *
 * Else it falls back to the top of the page, and who works without a mouse begins again.
 */
export function bequeathFocus(gone: HTMLElement | null): void {
  if (gone === null || gone !== document.activeElement) {
    return;
  }
  const places = PLACES.map(place => gone.closest<HTMLElement>(place));
  // Only after the drawing are all elements in their places: moving the new one would take the focus from it again.
  queueMicrotask(() => {
    if (document.activeElement === document.body) {
      const heir = places.find(place => place?.isConnected) ?? null;
      (heir?.querySelector<HTMLElement>('button') ?? heir)?.focus();
    }
  });
}
