import { createContext, useContext } from 'react';
import type { JobRow } from '../api/types';
import type { ICost } from '../tokens';

/** What every component of the panel reaches without it being handed down. */
export interface View {
  readonly cost: ICost;
  /** Whether anybody can see the panel; nothing is drawn anew while nobody can. */
  readonly isShown: boolean;
  readonly stop: (job: JobRow) => void;
}

export const ViewContext = createContext<View | null>(null);

export function useView(): View {
  const view = useContext(ViewContext);
  if (view === null) {
    throw new Error('A component of the cost panel was drawn outside of it.');
  }
  return view;
}
