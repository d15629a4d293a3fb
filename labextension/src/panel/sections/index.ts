import type { PanelSection } from '../section';
import { JOBS } from './jobs';
import { NOTES } from './notes';
import { SESSION } from './session';

/** The panel from top to bottom. */
export const SECTIONS: readonly PanelSection[] = [SESSION, JOBS, NOTES];
