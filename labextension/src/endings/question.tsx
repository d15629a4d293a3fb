import * as React from 'react';
import { WarningIcon } from '../components/icons';
import type { Translation } from '../words';
import type { Owner } from './owner';

/** What is asked before something is ended, and what is said when that does not work. */
export interface Question {
  readonly title: string;
  /** The button that ends it, and the one that leaves it. */
  readonly accept: string;
  readonly keep: string;
  /** What is said below its name: what goes, what stays, what it saves. */
  readonly body: React.ReactNode;
  readonly notDone: string;
  readonly unknown: string;
  /** What holds where it was not ended; used where the server gives no advice. */
  readonly goesOn: string;
}

/** What is true of everything that somebody else has started, and who that is. */
export function StrangersNote({ owner, trans }: { owner: Owner | null; trans: Translation }): React.JSX.Element {
  return <Warning>{strangerWords(owner, trans)}</Warning>;
}

function strangerWords(owner: Owner | null, trans: Translation): string {
  switch (owner?.by) {
    case 'profile':
      return trans.__('This is not yours: it is the user profile %1 that runs it.', owner.name);
    case 'tag':
      return trans.__('This is not yours: by its tags it belongs to %1.', owner.name);
    case 'space':
      return trans.__('This is not yours: it was started in the space %1.', owner.name);
    default:
      return trans.__('This is not yours: somebody else of this account runs it.');
  }
}

/** A sentence that is not to be overlooked. */
export function Warning({ children }: { children: React.ReactNode }): React.JSX.Element {
  return (
    <p className="mlcost-Dialog-warning">
      <WarningIcon />
      <span>{children}</span>
    </p>
  );
}
