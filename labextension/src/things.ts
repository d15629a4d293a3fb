import type { EndpointRow, Overview, ScheduleRow, WarmPoolRow } from './api/types';

/** What tells one thing of AWS from all others, and whose it is; rows of jobs and apps are things themselves. */
export interface Thing {
  readonly kind: string;
  readonly name: string;
  readonly region_id: string;
  /** What is not ours can be ended only where the whole account may be seen, and by its name once more. */
  readonly is_mine: boolean;
}

type Nameless = Omit<Thing, 'kind'>;

function as(kind: string, { name, region_id, is_mine }: Nameless): Thing {
  return { kind, name, region_id, is_mine };
}

export const endpointThing = (row: EndpointRow): Thing => as('endpoint', row);
export const warmPoolThing = (row: WarmPoolRow): Thing => as('warm-pool', row);
export const scheduleThing = (row: ScheduleRow): Thing => as('schedule', row);

/** Give the key of a thing, for lists and for what is remembered of it. */
export function thingKey({ kind, name, region_id }: Omit<Thing, 'is_mine'>): string {
  return `${kind}/${region_id}/${name}`;
}

/** Give what AWS would take an end of now, out of everything in sight. */
export function endable(rows: Pick<Overview, 'jobs' | 'endpoints' | 'apps' | 'warm_pools' | 'schedules'>): Thing[] {
  return [
    ...rows.jobs.filter(row => row.can_stop),
    ...rows.apps.filter(row => row.can_stop),
    ...rows.endpoints.filter(row => row.can_delete).map(endpointThing),
    ...rows.warm_pools.filter(row => row.can_release).map(warmPoolThing),
    ...rows.schedules.filter(row => row.can_stop).map(scheduleThing)
  ];
}
