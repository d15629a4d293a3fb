import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { CostSource } from './api/source';
import type { IdleView } from './api/types';
import { spreadMs } from './ticker';

const REFRESH_SECONDS = 30;
const LONGEST_BACKOFF_MS = 300_000;

/** After this nobody who asked for the evidence waits for it any more, and it must not take the focus from elsewhere. */
const FOCUS_WITHIN_MS = 3_000;

interface EvidenceOptions {
  source: Pick<CostSource, 'readIdle'>;
  /** A clock that only goes forward, in milliseconds. */
  now: () => number;
  /** Nothing is read while it is hidden. */
  page: Document;
}

/** Read why this machine counts as idle or active, while somebody looks at it and not before. */
export class IdleEvidence {
  /** Emitted when there is another view or error, and when it is folded or unfolded. */
  readonly changed = new Signal<this, void>(this);

  private readonly poll: Poll;
  private current: IdleView | null = null;
  private lastError: unknown = null;
  private unfolded = false;
  private viewers = 0;
  private turn = 0;
  private readAt = -Infinity;
  private askedAt = -Infinity;

  constructor(private readonly options: EvidenceOptions) {
    this.poll = new Poll({
      name: 'mlcost-ext:idle',
      auto: false,
      factory: () => this.read(),
      frequency: { backoff: true, interval: spreadMs(REFRESH_SECONDS), max: LONGEST_BACKOFF_MS },
      standby: () => !this.isWatched
    });
    options.page.addEventListener('visibilitychange', this.onVisibility);
  }

  /** What was last read; null: nothing yet, or it was too long ago to be shown. */
  get view(): IdleView | null {
    return this.current;
  }

  /** Why the last reading failed; null where it did not. */
  get error(): unknown {
    return this.lastError;
  }

  /** Whether it is to be seen. */
  get isUnfolded(): boolean {
    return this.unfolded;
  }

  fold(isFolded: boolean): void {
    this.unfolded = !isFolded;
    this.changed.emit();
  }

  /** Unfold it and give it the focus: somebody has asked for it from elsewhere. */
  explain(): void {
    this.askedAt = this.options.now();
    this.fold(false);
  }

  /** Tell whether it is to have the focus, once for each time that it was asked for. */
  takeFocus(): boolean {
    const isWanted = this.options.now() - this.askedAt < FOCUS_WITHIN_MS;
    this.askedAt = -Infinity;
    return isWanted;
  }

  /** Read now and regularly until the result is disposed of; what was read long ago is forgotten. */
  watch(): IDisposable {
    this.viewers += 1;
    if (this.isOld) {
      this.current = null;
    }
    this.refresh();
    return new DisposableDelegate(() => {
      this.viewers -= 1;
      if (this.viewers === 0) {
        void this.poll.stop();
      }
    });
  }

  /** Read anew, where somebody looks. */
  refresh(): void {
    if (this.isWatched) {
      // Unlike `Poll.refresh` it does not wait for an answer that is on its way, which may be older than the news.
      void this.poll.schedule({ interval: Poll.IMMEDIATE, phase: 'refreshed' });
    }
  }

  dispose(): void {
    this.options.page.removeEventListener('visibilitychange', this.onVisibility);
    this.poll.dispose();
    Signal.clearData(this);
  }

  private get isWatched(): boolean {
    return this.viewers > 0 && !this.options.page.hidden;
  }

  private get isOld(): boolean {
    return this.options.now() - this.readAt >= REFRESH_SECONDS * 1000;
  }

  private readonly onVisibility = (): void => {
    if (this.isOld) {
      this.refresh();
    }
  };

  private async read(): Promise<void> {
    const turn = ++this.turn;
    this.readAt = this.options.now();
    try {
      const view = await this.options.source.readIdle();
      this.settle(turn, view, null);
    } catch (error) {
      this.settle(turn, this.current, error);
      throw error;
    }
  }

  /** Two readings may overtake each other: the later asked is the truth. */
  private settle(turn: number, view: IdleView | null, error: unknown): void {
    if (turn === this.turn) {
      this.current = view;
      this.lastError = error;
      this.changed.emit();
    }
  }
}
