import type { JobRow } from './api/types';
import { jobKey } from './live';

/** Remember which jobs were asked to stop until AWS's own description says so. */
export class StopRequests {
  private readonly keys = new Set<string>();

  has(job: JobRow): boolean {
    return this.keys.has(jobKey(job));
  }

  add(job: JobRow): void {
    this.keys.add(jobKey(job));
  }

  withdraw(job: JobRow): void {
    this.keys.delete(jobKey(job));
  }

  /** Forget those that can no longer be stopped: their rows say what became of them. */
  settle(jobs: readonly JobRow[]): void {
    const running = new Set(jobs.filter(job => job.can_stop).map(jobKey));
    [...this.keys].filter(key => !running.has(key)).forEach(key => this.keys.delete(key));
  }
}
