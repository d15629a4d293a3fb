import type { JobRow, Overview } from './types';

/** An overview, or word that the one already held is still true. */
export type Reading = { changed: true; overview: Overview; etag: string | null } | { changed: false };

/** Where the model gets its figures from, and whom it asks to stop a job. */
export interface CostSource {
  readOverview(etag: string | null): Promise<Reading>;
  stopJob(job: Pick<JobRow, 'kind' | 'name' | 'region_id'>): Promise<void>;
}
