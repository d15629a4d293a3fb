import { createContext, useContext } from 'react';
import type { Ending } from '../endings/ending';
import type { ICost } from '../tokens';

/** Whose things are shown. */
export type Scope = 'mine' | 'account';

/** What every component of the panel reaches without it being handed down. */
export interface View {
  readonly cost: ICost;
  /** Whether anybody can see the panel; nothing is drawn anew while nobody can. */
  readonly isShown: boolean;
  /** Whether figures are carried on each second; those of others stand still between two readings. */
  readonly isLive: boolean;
  readonly scope: Scope;
  readonly setScope: (scope: Scope) => void;
  /** Ask whether something is to be ended, and end it. */
  readonly end: (ending: Ending) => void;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
  const view = useContext(ViewContext);
  if (view === null) {
    throw new Error('A component of the cost panel was drawn outside of it.');
  }
  return view;
}
