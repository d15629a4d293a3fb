import type { JobRow } from './api/types';
import { isJobKind } from './places';
import { thingKey } from './things';

interface Families {
  /** What stands in the list itself, in its order. */
  readonly tops: JobRow[];
  /** By the key of a parent that is in the list: what it has started. */
  readonly children: ReadonlyMap<string, JobRow[]>;
}

/** Put jobs below the sum that counts them: beside it they would look as if they cost twice. */
export function familiesOf(jobs: readonly JobRow[]): Families {
  const sums = new Set(jobs.filter(job => job.is_sum).map(thingKey));
  const children = new Map<string, JobRow[]>();
  const tops = jobs.filter(job => {
    const parent = parentKey(job);
    if (parent === null || !sums.has(parent)) {
      return true;
    }
    children.set(parent, [...(children.get(parent) ?? []), job]);
    return false;
  });
  return { tops, children };
}

/** Tell whether another job has started this one; a schedule is no job. */
export function isStartedByJob({ parent }: JobRow): boolean {
  return parent !== null && isJobKind(parent.split('/')[0]);
}

function parentKey({ parent, region_id }: JobRow): string | null {
  if (parent === null) {
    return null;
  }
  const [kind, ...name] = parent.split('/');
  return thingKey({ kind, name: name.join('/'), region_id });
}
