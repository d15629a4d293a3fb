import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { CostSource } from './api/source';
import type { JobList, JobRow, StandingList } from './api/types';
import { spreadMs } from './ticker';

const REFRESH_SECONDS = 30;
const LONGEST_BACKOFF_MS = 300_000;

/** More pages than these are not read anew by themselves: they stay as they were read. */
const FRESH_PAGES = 4;

/** What the whole account runs, as of a time; its figures stand still until the next reading. */
export interface AccountPicture {
  readonly jobs: readonly JobRow[];
  readonly hasMore: boolean;
  readonly standing: StandingList;
  /** When AWS told the oldest part of it; null: that is not known. */
  readonly asOf: Date | null;
}

/** Read what others of the account run, while somebody looks at it and not before. */
export class AccountLists {
  /** Emitted when there is another picture or error. */
  readonly changed = new Signal<this, void>(this);

  private readonly poll: Poll;
  private pages: JobList[] = [];
  private current: AccountPicture | null = null;
  private lastError: unknown = null;
  private viewers = 0;
  private isMoreAsked = false;

  /**
   * Args:
   *   source: Where to read.
   *   time: Gives when AWS told the oldest part of what is known of it; null: that is not known.
   *   page: Nothing is read while it is hidden.
   */
  constructor(
    private readonly source: CostSource,
    private readonly time: () => Date | null,
    private readonly page: Document
  ) {
    this.poll = new Poll({
      name: 'mlcost-ext:account',
      auto: false,
      factory: () => this.read(),
      frequency: { backoff: true, interval: spreadMs(REFRESH_SECONDS), max: LONGEST_BACKOFF_MS },
      standby: () => this.viewers === 0 || this.page.hidden
    });
  }

  /** The last picture; null before the first. */
  get picture(): AccountPicture | null {
    return this.current;
  }

  /** Why the last reading failed; null where it did not. */
  get error(): unknown {
    return this.lastError;
  }

  /** Whether one page more is on its way. */
  get isReadingMore(): boolean {
    return this.isMoreAsked;
  }

  /** Read now and regularly until the result is disposed of. */
  watch(): IDisposable {
    this.viewers += 1;
    void this.poll.refresh();
    return new DisposableDelegate(() => {
      this.viewers -= 1;
    });
  }

  /** Read anew, where somebody looks. */
  async refresh(): Promise<void> {
    if (this.viewers > 0) {
      await this.poll.refresh();
      await this.poll.tick;
    }
  }

  /** Read one page more. */
  async readMore(): Promise<void> {
    const cursor = this.pages.at(-1)?.next_cursor ?? null;
    if (cursor === null || this.isMoreAsked) {
      return;
    }
    this.isMoreAsked = true;
    try {
      this.pages = [...this.pages, await this.source.readAccountJobs(cursor)];
      this.draw(this.current?.standing ?? NOTHING);
    } catch (error) {
      this.fail(error);
    } finally {
      this.isMoreAsked = false;
    }
  }

  dispose(): void {
    this.poll.dispose();
    Signal.clearData(this);
  }

  private async read(): Promise<void> {
    if (this.isMoreAsked || this.pages.length > FRESH_PAGES) {
      return;
    }
    try {
      const standing = await this.source.readAccountStanding();
      this.pages = await this.readPages(Math.max(this.pages.length, 1));
      this.draw(standing);
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private async readPages(count: number): Promise<JobList[]> {
    const pages = [await this.source.readAccountJobs(null)];
    for (let cursor = pages[0].next_cursor; cursor !== null && pages.length < count; cursor = pages[pages.length - 1].next_cursor) {
      pages.push(await this.source.readAccountJobs(cursor));
    }
    return pages;
  }

  private draw(standing: StandingList): void {
    const jobs = this.pages.flatMap(page => page.jobs);
    const hasMore = (this.pages.at(-1)?.next_cursor ?? null) !== null;
    this.current = { jobs, hasMore, standing, asOf: this.time() };
    this.lastError = null;
    this.changed.emit();
  }

  private fail(error: unknown): void {
    this.lastError = error;
    this.changed.emit();
  }
}

const NOTHING: StandingList = { endpoints: [], apps: [], warm_pools: [], schedules: [] };
