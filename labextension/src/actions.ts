import type { CostSource } from './api/source';
import type { AppDetail, EndpointDetail } from './api/types';
import { thingKey, type Thing } from './things';

/** AWS's words for what is being ended. */
const ENDING = new Set(['Stopping', 'Deleting']);

/** Ask AWS to end things, and remember which until AWS's own description says so. */
export class Actions {
  private readonly underWay = new Map<string, Thing>();
  private readonly asked = new Set<string>();

  /**
   * Args:
   *   source: Whom to ask.
   *   onChange: Called when what is under way has changed.
   *   onAnswer: Called when something may have been done, whatever the answer was.
   */
  constructor(
    private readonly source: CostSource,
    private readonly onChange: () => void,
    private readonly onAnswer: () => void
  ) {}

  /** Tell whether something is about to end, because AWS says so or has been asked to end it. */
  isEnding(thing: Thing, status: string): boolean {
    return ENDING.has(status) || this.underWay.has(thingKey(thing));
  }

  /** Tell whether somebody is being asked about it. */
  isAsked(thing: Thing): boolean {
    return this.asked.has(thingKey(thing));
  }

  /** Ask one question about a thing at a time, however often its button is pressed. */
  async askOnce(thing: Thing, ask: () => Promise<void>): Promise<void> {
    const key = thingKey(thing);
    if (this.asked.has(key)) {
      return;
    }
    this.asked.add(key);
    this.onChange();
    try {
      await ask();
    } finally {
      this.asked.delete(key);
      this.onChange();
    }
  }

  /** Read one endpoint with its parts, and the token that its delete wants. */
  readEndpoint(thing: Thing): Promise<EndpointDetail> {
    return this.source.readEndpoint(thing);
  }

  /** Read one app, and the token that its stop wants. */
  readApp(thing: Thing): Promise<AppDetail> {
    return this.source.readApp(thing);
  }

  /** Ask AWS to end something; throws what the server answered when it cannot. */
  async end(thing: Thing, token: string | null): Promise<void> {
    const key = thingKey(thing);
    this.underWay.set(key, thing);
    this.onChange();
    try {
      await this.source.end(thing, token);
    } catch (error) {
      this.underWay.delete(key);
      this.onChange();
      throw error;
    } finally {
      this.onAnswer();
    }
  }

  /** Have a finding not shown until a day has passed; throws what the server answered when it cannot. */
  accept(id: string, until: string, reason: string): Promise<void> {
    return this.source.acceptFinding(id, until, reason);
  }

  /** Have the next launch changed that a finding is about, or no longer; throws what the server answered when it cannot. */
  wantFix(id: string, isWanted: boolean): Promise<void> {
    return this.source.wantFix(id, isWanted);
  }

  /** Forget what can no longer be ended, of ours or of others: its row, or its absence, says what became of it. */
  settle(endable: readonly Thing[], isMine: boolean): void {
    const keys = new Set(endable.map(thingKey));
    for (const [key, thing] of this.underWay) {
      if (thing.is_mine === isMine && !keys.has(key)) {
        this.underWay.delete(key);
      }
    }
  }
}
