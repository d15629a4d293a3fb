import type {
  AppDetail,
  CalibrationView,
  Charges,
  EndpointDetail,
  Estimate,
  IdleView,
  JobList,
  Overview,
  StandingList
} from './types';
import type { Days } from '../period';
import type { Thing } from '../things';

/** An overview, or word that the one already held is still true. */
export type Reading = { changed: true; overview: Overview; etag: string | null } | { changed: false };

/** A launch to be estimated. */
export interface EstimateWish {
  /** Such as `training`; without it, it is found from the request's shape. */
  readonly kind?: string;
  /** The session's own without it. */
  readonly region_id?: string;
  /** As the AWS operation takes it. */
  readonly request: object;
  /** How long it will take. */
  readonly hours?: number;
}

/** Where figures come from, and whom to ask to end what costs. */
export interface CostSource {
  readOverview(etag: string | null): Promise<Reading>;

  /** Read a page of what the whole account runs, the dearest first; null: the first page. */
  readAccountJobs(cursor: string | null): Promise<JobList>;

  /** Read everything of the whole account that stands. */
  readAccountStanding(): Promise<StandingList>;

  /** Read what was charged in some days UTC, added up by something such as `day` or `tag:team`. */
  readCharges(days: Days, groupBy: string): Promise<Charges>;

  /** Ask what a launch would cost; nothing is launched, and AWS is asked nothing. */
  estimate(wish: EstimateWish): Promise<Estimate>;

  /** Read how earlier estimates have held, and the jobs that this is told by. */
  readCalibration(): Promise<CalibrationView>;

  /** Read why this machine counts as idle or active. */
  readIdle(): Promise<IdleView>;

  /** Read an endpoint with its parts, and the token its delete wants. */
  readEndpoint(thing: Thing): Promise<EndpointDetail>;

  /** Read a Studio app and the token its stop wants. */
  readApp(thing: Thing): Promise<AppDetail>;

  /** Ask AWS to stop, delete or release something; `token` is that of the reading, where its kind has one. */
  end(thing: Thing, token: string | null): Promise<void>;

  /** Have a finding not shown until a day, such as `2026-12-31`, has passed. */
  acceptFinding(id: string, until: string, reason: string): Promise<void>;

  /** Have the next launch changed that a finding is about, or no longer. */
  wantFix(id: string, isWanted: boolean): Promise<void>;
}
