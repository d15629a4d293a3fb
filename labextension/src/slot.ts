/** Stands in a translated sentence for a part that is drawn by itself. */
export const SLOT = '\uFFFC';

/** Give what stands before and after the slot; a translation without one has all of it before. */
export function splitAtSlot(words: string): [string, string] {
  const [before, ...rest] = words.split(SLOT);
  return [before, rest.join('')];
}
