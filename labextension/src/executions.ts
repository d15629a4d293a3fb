import type { Widget } from '@lumino/widgets';

/** After one report of a kernel none follows for so long; what is run meanwhile is told once at the end of it. */
export const QUIET_MS = 3000;

/** Tell the server in which kernels this user runs code: the first time at once, then at most every three seconds. */
export class ExecutionReports {
  /** Kernels that were reported a moment ago, and whether code was run in them since. */
  private readonly recent = new Map<string, boolean>();

  constructor(private readonly report: (kernelId: string) => Promise<void>) {}

  /** Code of this user is about to run; never waits, never throws. */
  note(kernelId: string): void {
    if (this.recent.has(kernelId)) {
      this.recent.set(kernelId, true);
      return;
    }
    this.recent.set(kernelId, false);
    setTimeout(() => this.settle(kernelId), QUIET_MS);
    // Without it a launch has no known user, which the ledger says; there is nothing to tell whoever runs a cell.
    this.report(kernelId).catch(() => undefined);
  }

  private settle(kernelId: string): void {
    const isOwed = this.recent.get(kernelId) === true;
    this.recent.delete(kernelId);
    if (isOwed) {
      this.note(kernelId);
    }
  }
}

/** What has a kernel, as far as it is looked at here. */
interface HasSession {
  sessionContext?: { session?: { kernel?: { id?: unknown } | null } | null };
}

/** Give the id of the kernel that runs a notebook's cells; null: it has none. */
export function kernelOf(notebook: Widget): string | null {
  for (let widget: Widget | null = notebook; widget !== null; widget = widget.parent) {
    const id = (widget as HasSession).sessionContext?.session?.kernel?.id;
    if (typeof id === 'string') {
      return id;
    }
  }
  return null;
}
