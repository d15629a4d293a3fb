import * as React from 'react';
import { WarningIcon } from '../components/icons';
import type { Translation } from '../words';

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

/** What is true of everything that somebody else has started. */
export function StrangersNote({ trans }: { trans: Translation }): React.JSX.Element {
  return <Warning>{trans.__('This is not yours: somebody else of this account runs it.')}</Warning>;
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
