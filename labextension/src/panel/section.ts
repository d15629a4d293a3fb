import type { FunctionComponent } from 'react';
import type { Overview } from '../api/types';
import type { Scope } from '../components/view';
import type { ICost } from '../tokens';

export interface SectionProps {
  overview: Overview;
}

/** A part of the panel: one object, one file, one line in `sections/index.ts`. */
export interface PanelSection {
  readonly id: string;
  readonly title: (cost: ICost) => string;
  /** Where one chooses whose things are shown: with which choice it is there; without this it always is. */
  readonly scope?: Scope;
  /** What stands at the right of the title. */
  readonly Aside?: FunctionComponent<SectionProps>;
  readonly Body: FunctionComponent<SectionProps>;
  /** Whether there is anything to show; sections without this are always there. */
  readonly isNeeded?: (overview: Overview) => boolean;
}
