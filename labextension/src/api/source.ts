import type { AppDetail, Charges, EndpointDetail, JobList, Overview, StandingList } from './types';
import type { Days } from '../period';
import type { Thing } from '../things';

/** An overview, or word that the one already held is still true. */
export type Reading = { changed: true; overview: Overview; etag: string | null } | { changed: false };

/** Where figures come from, and whom to ask to end what costs. */
export interface CostSource {
  readOverview(etag: string | null): Promise<Reading>;

  /** Read a page of what the whole account runs, the dearest first; null: the first page. */
  readAccountJobs(cursor: string | null): Promise<JobList>;

  /** Read everything of the whole account that stands. */
  readAccountStanding(): Promise<StandingList>;

  /** Read what was charged in some days UTC, added up by something such as `day` or `tag:team`. */
  readCharges(days: Days, groupBy: string): Promise<Charges>;

  /** Read an endpoint with its parts, and the token its delete wants. */
  readEndpoint(thing: Thing): Promise<EndpointDetail>;

  /** Read a Studio app and the token its stop wants. */
  readApp(thing: Thing): Promise<AppDetail>;

  /** Ask AWS to stop, delete or release something; `token` is that of the reading, where its kind has one. */
  end(thing: Thing, token: string | null): Promise<void>;
}
