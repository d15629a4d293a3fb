import type { CostSource, Reading } from '../api/source';
import type { JobRow, Overview } from '../api/types';

/** A server half that answers what the test puts into it, and counts what it was asked. */
export class FakeSource implements CostSource {
  readonly etags: (string | null)[] = [];
  readonly stopped: string[] = [];
  stopError: Error | null = null;

  /** Seconds an answer is on its way. */
  delaySeconds = 0;

  constructor(private next: Overview | Error | 'unchanged') {}

  get readings(): number {
    return this.etags.length;
  }

  answer(next: Overview | Error | 'unchanged'): void {
    this.next = next;
  }

  async readOverview(etag: string | null): Promise<Reading> {
    this.etags.push(etag);
    if (this.delaySeconds > 0) {
      await new Promise(resolve => setTimeout(resolve, this.delaySeconds * 1000));
    }
    if (this.next instanceof Error) {
      throw this.next;
    }
    const { next } = this;
    return next === 'unchanged' ? { changed: false } : { changed: true, overview: next, etag: `"${next.as_of}"` };
  }

  stopJob(job: Pick<JobRow, 'name'>): Promise<void> {
    this.stopped.push(job.name);
    return this.stopError === null ? Promise.resolve() : Promise.reject(this.stopError);
  }
}

/** A page that can be hidden and shown again. */
export class FakePage extends EventTarget {
  hidden = false;

  show(isShown: boolean): void {
    this.hidden = !isShown;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}
