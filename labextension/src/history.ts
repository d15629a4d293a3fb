import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { CostSource } from './api/source';
import type { Charges } from './api/types';
import { daysOf, type Days, type Period } from './period';
import { spreadMs } from './ticker';

const REFRESH_SECONDS = 60;
const LONGEST_BACKOFF_MS = 300_000;

/** What charges are added up by. */
export type By = 'day' | 'service' | 'notebook' | 'user' | 'tag' | 'component';

export const BYS: readonly By[] = ['day', 'service', 'notebook', 'user', 'tag', 'component'];

/** Which charges somebody wants to see, and how. */
export interface HistoryQuestion {
  readonly period: Period;
  readonly by: By;
  /** Of which tag, where it is by tag; empty: that is not said yet. */
  readonly tagKey: string;
}

/** What was charged, as it was last read. */
export interface HistoryPicture {
  readonly question: HistoryQuestion;
  /** Those of the chart. */
  readonly span: Days;
  /** By day. */
  readonly days: Charges;
  /** By what was asked for; the same document where that is by day. */
  readonly parts: Charges;
}

interface HistoryOptions {
  source: CostSource;
  /** Gives the server's own time. */
  time: () => Date;
  /** A clock that only goes forward, in milliseconds. */
  now: () => number;
  /** Nothing is read while it is hidden. */
  page: Document;
}

/** Read what was charged, while somebody looks at it and not before. */
export class ChargeHistory {
  /** Emitted when there is another question, picture or error, and when a reading begins. */
  readonly changed = new Signal<this, void>(this);

  private readonly poll: Poll;
  private wanted: HistoryQuestion = { period: 'this-month', by: 'day', tagKey: '' };
  private current: HistoryPicture | null = null;
  private lastError: unknown = null;
  private reading = false;
  private viewers = 0;
  private turn = 0;
  private readAt = -Infinity;

  constructor(private readonly options: HistoryOptions) {
    this.poll = new Poll({
      name: 'mlcost-ext:history',
      auto: false,
      factory: () => this.read(),
      frequency: { backoff: true, interval: spreadMs(REFRESH_SECONDS), max: LONGEST_BACKOFF_MS },
      standby: () => !this.isWatched
    });
    options.page.addEventListener('visibilitychange', this.onVisibility);
  }

  get question(): HistoryQuestion {
    return this.wanted;
  }

  /** The last picture, be it of another question; null before the first. */
  get picture(): HistoryPicture | null {
    return this.current;
  }

  /** Why the last reading failed; null where it did not. */
  get error(): unknown {
    return this.lastError;
  }

  /** Whether an answer is on its way. */
  get isReading(): boolean {
    return this.reading;
  }

  /** Read now and regularly until the result is disposed of. */
  watch(): IDisposable {
    this.viewers += 1;
    this.refresh();
    return new DisposableDelegate(() => {
      this.viewers -= 1;
      if (this.viewers === 0) {
        void this.poll.stop();
      }
    });
  }

  /** Ask for something else, and read it at once where somebody looks. */
  ask(change: Partial<HistoryQuestion>): void {
    const asked = { ...this.wanted, ...change };
    if ((Object.keys(asked) as (keyof HistoryQuestion)[]).every(name => asked[name] === this.wanted[name])) {
      return;
    }
    this.wanted = asked;
    this.changed.emit();
    this.refresh();
  }

  /** Read anew, where somebody looks. */
  refresh(): void {
    if (this.isWatched) {
      // Unlike `Poll.refresh` it does not wait for an answer that is on its way, which may be to another question.
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

  private readonly onVisibility = (): void => {
    if (this.options.now() - this.readAt >= REFRESH_SECONDS * 1000) {
      this.refresh();
    }
  };

  /** Two readings may overtake each other: the later asked is the truth. */
  private async read(): Promise<void> {
    const turn = ++this.turn;
    const question = this.wanted;
    if (question.by === 'tag' && question.tagKey === '') {
      this.settle(() => undefined);
      return;
    }
    this.reading = true;
    this.readAt = this.options.now();
    this.changed.emit();
    try {
      const picture = await this.draw(question, () => turn === this.turn);
      if (picture !== null) {
        this.settle(() => (this.current = picture));
      }
    } catch (error) {
      if (turn === this.turn) {
        this.settle(() => undefined, error);
      }
      throw error;
    }
  }

  /** Read what a question wants; null once nobody wants it any more. */
  private async draw(question: HistoryQuestion, isWanted: () => boolean): Promise<HistoryPicture | null> {
    const span = daysOf(question.period, this.options.time());
    const groupBy = question.by === 'tag' ? `tag:${question.tagKey}` : question.by;
    const days = await this.options.source.readCharges(span, 'day');
    const parts = groupBy === 'day' || !isWanted() ? days : await this.options.source.readCharges(span, groupBy);
    return isWanted() ? { question, span, days, parts } : null;
  }

  private settle(change: () => unknown, error: unknown = null): void {
    this.reading = false;
    this.lastError = error;
    change();
    this.changed.emit();
  }
}
