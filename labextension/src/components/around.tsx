import * as React from 'react';
import { splitAtSlot } from '../slot';

interface AroundProps {
  /** A translated sentence that was given `SLOT` for one of its placeholders. */
  words: string;
  /** How the words around the part look. */
  className?: string;
  children: React.ReactNode;
}

/** Draw a sentence with a live part in it, wherever its language puts that part. */
export function Around({ words, className, children }: AroundProps): React.JSX.Element {
  const [before, after] = splitAtSlot(words);
  return (
    <>
      {before === '' ? null : <span className={className}>{before}</span>}
      {children}
      {after === '' ? null : <span className={className}>{after}</span>}
    </>
  );
}
