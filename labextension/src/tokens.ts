import { Token } from '@lumino/coreutils';
import type { Formatter } from './format';
import type { OverviewModel } from './model';
import type { Translation } from './words';

/** Where the settings are kept: the file in `schema/`. */
export const SETTINGS_ID = 'mlcost-ext-labextension:plugin';

/** Translation domain. */
export const DOMAIN = 'mlcost_ext';

export const PANEL_ID = 'mlcost-ext-panel';

/** What every view is given: the one model, and how to write what it holds. */
export interface ICost {
  readonly model: OverviewModel;
  readonly format: Formatter;
  readonly trans: Translation;
}

export const ICost = new Token<ICost>(
  'mlcost-ext-labextension:ICost',
  'The cost of the session and its jobs: one model that all views share.'
);
