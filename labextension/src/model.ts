import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import { AccountLists } from './account';
import { Actions } from './actions';
import { ApiError } from './api/errors';
import type { CostSource, Reading } from './api/source';
import type { Overview } from './api/types';
import { Freshness } from './freshness';
import { ChargeHistory } from './history';
import { IdleEvidence } from './idle_evidence';
import { awsTime } from './kinds';
import { Floors, allFigures, carriedOn, grows, type Figure } from './live';
import { phaseAfter, type Phase } from './phase';
import { clockDiffers } from './quality';
import { Reread } from './reread';
import { endable } from './things';
import { Ticker, spreadMs } from './ticker';

const DEFAULT_REFRESH_SECONDS = 10;
const LONGEST_BACKOFF_MS = 60_000;

/** An answer older than so many intervals no longer carries figures on. */
const STALE_INTERVALS = 3;

export interface ModelOptions {
  source: CostSource;
  refreshSeconds?: number;
  /** A clock that only goes forward, in milliseconds; a wrong wall clock must not matter. */
  now?: () => number;
  document?: Document;
}

/** Hold the one overview that all views share, read it while somebody looks, and carry its figures on. */
export class OverviewModel {
  /** Emitted when there is another overview or phase, or something is about to end. */
  readonly changed = new Signal<this, void>(this);

  /** Emitted once a second while figures grow and somebody looks. */
  readonly ticked = new Signal<this, void>(this);

  /** Ends what costs, and knows what is about to end. */
  readonly actions: Actions;

  /** What others of the account run; read only while somebody looks at it. */
  readonly account: AccountLists;

  /** What was charged in days gone by; read only while somebody looks at it. */
  readonly history: ChargeHistory;

  /** Why this machine counts as idle or active; read only while somebody looks at it. */
  readonly idle: IdleEvidence;

  /** Tells what a launch would cost, and how such estimates have held; nothing is launched. */
  readonly estimates: Pick<CostSource, 'estimate' | 'readCalibration'>;

  private readonly source: CostSource;
  private readonly freshness: Freshness;
  private readonly page: Document;
  private readonly poll: Poll;
  private readonly reread: Reread;
  private readonly floors = new Floors();
  private readonly ticker = new Ticker(() => this.tick());
  private refreshSeconds: number;
  private viewers = 0;
  private missedEvent = false;
  private isReading = false;
  private askedMeanwhile = false;
  private etag: string | null = null;
  private sent = 0;
  private applied = 0;
  private currentPhase: Phase = 'loading';
  private current: Overview | null = null;
  private lastError: ApiError | null = null;
  private disposed = false;

  constructor(options: ModelOptions) {
    const now = options.now ?? ((): number => performance.now());
    this.source = options.source;
    this.estimates = options.source;
    this.refreshSeconds = options.refreshSeconds ?? DEFAULT_REFRESH_SECONDS;
    this.freshness = new Freshness(now, () => STALE_INTERVALS * this.poll.frequency.interval);
    this.page = options.document ?? document;
    this.poll = new Poll({
      name: 'mlcost-ext:overview',
      auto: false,
      factory: () => this.read(),
      frequency: { backoff: true, interval: spreadMs(this.refreshSeconds), max: LONGEST_BACKOFF_MS },
      standby: () => !this.isWatched
    });
    this.account = new AccountLists(this.source, () => awsTime(this.current), this.page);
    this.history = new ChargeHistory({ source: this.source, time: () => this.confirmedTime ?? new Date(), now, page: this.page });
    this.idle = new IdleEvidence({ source: this.source, now, page: this.page });
    this.actions = new Actions(
      this.source,
      () => this.changed.emit(),
      () => this.noticeEnd()
    );
    this.account.changed.connect(this.settleAccount);
    this.reread = new Reread(() => this.refreshIfWatched(), now);
    this.page.addEventListener('visibilitychange', this.onVisibility);
  }

  get phase(): Phase {
    return this.currentPhase;
  }

  /** What the server answered instead of the last overview; null where it gave one, or did not answer at all. */
  get error(): ApiError | null {
    return this.lastError;
  }

  /** The last overview the server gave; null before the first. */
  get overview(): Overview | null {
    return this.current;
  }

  /** The server's own time of the last answer, or null before the first. */
  get confirmedTime(): Date | null {
    return this.current && this.freshness.confirmedTime(this.current.as_of);
  }

  /** Milliseconds since the overview was true, standing still while nothing confirms it. */
  get elapsed(): number {
    return this.freshness.elapsed;
  }

  /** Give what to show for a figure now; null when it is unknown. */
  amount(figure: Figure): number | null {
    const value = carriedOn(figure, this.elapsed);
    return value === null ? null : this.floors.hold(figure, value);
  }

  /** Read now and regularly until the result is disposed of; nothing is read while nobody watches. */
  watch(): IDisposable {
    this.viewers += 1;
    void this.resume();
    return new DisposableDelegate(() => {
      this.viewers -= 1;
      this.updateTicker();
    });
  }

  setRefreshSeconds(seconds: number): void {
    if (seconds === this.refreshSeconds) {
      return;
    }
    this.refreshSeconds = seconds;
    this.poll.frequency = { ...this.poll.frequency, interval: spreadMs(seconds) };
    this.refreshIfWatched();
  }

  /** Read now. */
  async refresh(): Promise<void> {
    await this.poll.refresh();
    await this.poll.tick;
  }

  /** Read soon, because the server said that something happened. */
  noticeEvent(): void {
    if (this.isWatched) {
      this.reread.request();
    } else {
      this.missedEvent = true;
    }
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    this.page.removeEventListener('visibilitychange', this.onVisibility);
    this.poll.dispose();
    this.account.dispose();
    this.history.dispose();
    this.idle.dispose();
    this.reread.dispose();
    this.updateTicker();
    Signal.clearData(this);
  }

  private readonly settleAccount = ({ picture }: AccountLists): void => {
    if (picture !== null) {
      this.actions.settle(endable({ ...picture.standing, jobs: [...picture.jobs] }), false);
    }
  };

  private noticeEnd(): void {
    this.noticeEvent();
    void this.account.refresh();
  }

  private get isWatched(): boolean {
    return this.viewers > 0 && !this.page.hidden && !this.disposed;
  }

  /** Go on at once from an answer that is fresh, else stand still until the next. */
  private async resume(): Promise<void> {
    const isFresh = this.freshness.age < this.poll.frequency.interval;
    if (isFresh && this.currentPhase === 'live' && !this.page.hidden) {
      this.freshness.thaw();
    }
    await (isFresh && !this.missedEvent ? this.poll.start() : this.poll.refresh());
    this.updateTicker();
  }

  /** An answer that is on its way may be older than what is asked for: then there is another reading after it. */
  private refreshIfWatched(): void {
    if (this.isReading) {
      this.askedMeanwhile = true;
    } else if (this.isWatched) {
      void this.poll.refresh();
    }
  }

  /** What was true before the page was hidden may no longer be: stand still until the next answer. */
  private readonly onVisibility = (): void => {
    if (this.page.hidden) {
      this.freshness.freeze();
    } else if (this.viewers > 0) {
      void this.resume();
    }
    this.updateTicker();
  };

  private async read(): Promise<void> {
    const turn = ++this.sent;
    this.isReading = true;
    try {
      const reading = await this.source.readOverview(this.etag);
      this.apply(turn, () => this.accept(reading));
    } catch (error) {
      this.apply(turn, () => this.lose(phaseAfter(error), error));
      throw error;
    } finally {
      this.finishReading();
    }
  }

  private finishReading(): void {
    this.isReading = false;
    if (this.askedMeanwhile) {
      this.askedMeanwhile = false;
      this.noticeEvent();
    }
  }

  /** Two requests may overtake each other: the later asked is the truth. */
  private apply(turn: number, change: () => void): void {
    if (turn < this.applied || this.disposed) {
      return;
    }
    this.applied = turn;
    change();
    this.updateTicker();
    this.changed.emit();
  }

  private accept(reading: Reading): void {
    this.freshness.confirm(reading.changed);
    if (this.page.hidden) {
      this.freshness.freeze();
    }
    this.missedEvent = false;
    this.currentPhase = 'live';
    this.lastError = null;
    if (reading.changed) {
      if (this.current !== null && clockDiffers(reading.overview) !== clockDiffers(this.current)) {
        this.floors.forget();
      }
      this.current = reading.overview;
      this.etag = reading.etag;
      this.floors.keepOnly(new Set(allFigures(reading.overview).map(figure => figure.key)));
      this.actions.settle(endable(reading.overview), true);
    }
  }

  private lose(phase: Phase, error: unknown = null): void {
    this.freshness.freeze();
    this.currentPhase = phase;
    this.lastError = error instanceof ApiError ? error : null;
    this.etag = null;
  }

  private updateTicker(): void {
    this.ticker.setWanted(this.isWatched && !this.freshness.isFrozen && this.current !== null && grows(this.current));
  }

  private tick(): void {
    if (this.freshness.isStale) {
      this.lose('offline');
      this.updateTicker();
      this.changed.emit();
    } else {
      this.ticked.emit();
    }
  }
}
