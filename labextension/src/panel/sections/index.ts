import type { PanelSection } from '../section';
import { ACCOUNT } from './account';
import { APPS } from './apps';
import { ATTENTION } from './attention';
import { ENDPOINTS } from './endpoints';
import { ESTIMATE } from './estimate';
import { FINDINGS } from './findings';
import { HISTORY } from './history';
import { JOBS } from './jobs';
import { NOTES } from './notes';
import { PRICES } from './prices';
import { SCHEDULES } from './schedules';
import { SCOPE } from './scope';
import { SESSION } from './session';
import { WARM_POOLS } from './warm_pools';

/** The panel from top to bottom. */
export const SECTIONS: readonly PanelSection[] = [
  SESSION,
  ATTENTION,
  SCOPE,
  JOBS,
  FINDINGS,
  WARM_POOLS,
  ENDPOINTS,
  APPS,
  SCHEDULES,
  HISTORY,
  ESTIMATE,
  ACCOUNT,
  NOTES,
  PRICES
];
