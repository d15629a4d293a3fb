import type { CostSource, EstimateWish, Reading } from '../api/source';
import type {
  AppDetail,
  AppRow,
  CalibrationView,
  Charges,
  EndpointDetail,
  EndpointRow,
  Estimate,
  IdleView,
  JobList,
  Overview,
  StandingList
} from '../api/types';
import type { Days } from '../period';
import type { Thing } from '../things';
import { chargesOf } from './charges';
import { estimateOf } from './estimates';
import { idleView } from './idle';

/** A server half that answers what the test puts into it, and counts what it was asked. */
export class FakeSource implements CostSource {
  readonly etags: (string | null)[] = [];

  /** What AWS was asked to end: `kind name`, with the token and whose it is where that matters. */
  readonly ended: string[] = [];
  endError: Error | null = null;

  /** Details by name, or why there are none. */
  details: Record<string, EndpointRow | AppRow | Error | undefined> = {};
  readonly detailsRead: string[] = [];

  /** Which findings were accepted: id, until, reason. */
  readonly accepted: string[][] = [];
  acceptError: Error | null = null;

  /** Which findings' changes were asked for, or no longer. */
  readonly wanted: [string, boolean][] = [];

  accountJobs: JobList[] = [{ jobs: [], next_cursor: null }];
  accountStanding: StandingList | Error = { endpoints: [], apps: [], warm_pools: [], schedules: [] };
  accountReadings = 0;

  /** What was charged by each grouping, or why nobody knows. */
  charges: Record<string, Charges | Error | undefined> = {};

  /** What was asked for: first day, day after the last, grouping. */
  readonly chargesRead: string[] = [];

  /** What a launch would cost, or why nobody knows. */
  estimated: Estimate | Error = estimateOf();
  readonly wishes: EstimateWish[] = [];

  /** How estimates have held, or why nobody knows. */
  calibration: CalibrationView | Error = { calibration: null, jobs: [] };
  calibrationReadings = 0;

  /** Why this machine is idle or active, or why nobody knows. */
  idle: IdleView | Error = idleView();
  idleReadings = 0;

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
    await this.travel();
    if (this.next instanceof Error) {
      throw this.next;
    }
    const { next } = this;
    return next === 'unchanged' ? { changed: false } : { changed: true, overview: next, etag: `"${next.as_of}"` };
  }

  readAccountJobs(cursor: string | null): Promise<JobList> {
    return Promise.resolve(this.accountJobs[cursor === null ? 0 : Number(cursor)]);
  }

  readAccountStanding(): Promise<StandingList> {
    this.accountReadings += 1;
    const { accountStanding } = this;
    return accountStanding instanceof Error ? Promise.reject(accountStanding) : Promise.resolve(accountStanding);
  }

  async readCharges({ first, after }: Days, groupBy: string): Promise<Charges> {
    this.chargesRead.push(`${first} ${after} ${groupBy}`);
    await this.travel();
    const found = this.charges[groupBy] ?? chargesOf([], { charge_period_start: first, charge_period_end: after });
    if (found instanceof Error) {
      throw found;
    }
    return found;
  }

  async estimate(wish: EstimateWish): Promise<Estimate> {
    this.wishes.push(wish);
    const found = this.estimated;
    await this.travel();
    if (found instanceof Error) {
      throw found;
    }
    return found;
  }

  async readCalibration(): Promise<CalibrationView> {
    this.calibrationReadings += 1;
    const { calibration } = this;
    await this.travel();
    if (calibration instanceof Error) {
      throw calibration;
    }
    return calibration;
  }

  async readIdle(): Promise<IdleView> {
    this.idleReadings += 1;
    const { idle } = this;
    await this.travel();
    if (idle instanceof Error) {
      throw idle;
    }
    return idle;
  }

  readEndpoint(thing: Thing): Promise<EndpointDetail> {
    return this.detail(thing).then(endpoint => ({ endpoint: endpoint as EndpointRow, ...TOKEN }));
  }

  readApp(thing: Thing): Promise<AppDetail> {
    return this.detail(thing).then(app => ({ app: app as AppRow, ...TOKEN }));
  }

  end(thing: Thing, token: string | null): Promise<void> {
    const words = [thing.kind, thing.name, token, thing.is_mine ? null : 'of others'];
    this.ended.push(words.filter(word => word !== null).join(' '));
    return this.endError === null ? Promise.resolve() : Promise.reject(this.endError);
  }

  acceptFinding(id: string, until: string, reason: string): Promise<void> {
    this.accepted.push([id, until, reason]);
    return this.acceptError === null ? Promise.resolve() : Promise.reject(this.acceptError);
  }

  wantFix(id: string, isWanted: boolean): Promise<void> {
    this.wanted.push([id, isWanted]);
    return this.acceptError === null ? Promise.resolve() : Promise.reject(this.acceptError);
  }

  private async travel(): Promise<void> {
    if (this.delaySeconds > 0) {
      await new Promise(resolve => setTimeout(resolve, this.delaySeconds * 1000));
    }
  }

  private detail({ name }: Thing): Promise<EndpointRow | AppRow> {
    this.detailsRead.push(name);
    const found = this.details[name] ?? new Error(`No details of ${name} in this test.`);
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  }
}

const TOKEN = { confirmation_token: 'a-token', expires_at: '2026-11-23T14:05:00Z' };

/** A page that can be hidden and shown again. */
export class FakePage extends EventTarget {
  hidden = false;

  show(isShown: boolean): void {
    this.hidden = !isShown;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}
