import type { AppRow, JobRow, Overview, WarmPoolRow } from './api/types';
import { isStartedByJob } from './families';
import { isIdle } from './idle';
import { thingKey, warmPoolThing } from './things';

const MS_PER_HOUR = 3_600_000;

/**
 * A figure of the server's, to be carried on for show between two answers.
 *
 * `cost` and `cost_per_hour` are decimal strings and stay so in the model; only what is drawn
 * goes through a binary number, and nothing is ever computed from what is drawn.
 */
export interface Figure {
  /** Figures of one key never fall, unless they are final. */
  readonly key: string;
  readonly cost: string | null;
  readonly cost_per_hour: string | null;
  readonly is_final: boolean;
}

/** Read a decimal string for show; null when there is none, or what is there is no number. */
export function shown(value: string | null | undefined): number | null {
  const number = value === null || value === undefined ? NaN : parseFloat(value);
  return Number.isFinite(number) ? number : null;
}

/** Give a figure `elapsed` milliseconds after its answer; an unknown rate leaves it where it is. */
export function carriedOn(figure: Figure, elapsed: number): number | null {
  const cost = shown(figure.cost);
  return cost === null ? null : cost + ((shown(figure.cost_per_hour) ?? 0) * Math.max(elapsed, 0)) / MS_PER_HOUR;
}

/** Remember what was last shown, so that a corrected rate or a late answer never counts down. */
export class Floors {
  private readonly lowest = new Map<string, number>();

  /** Give what to show for `figure`, whose value is now `value`. */
  hold(figure: Figure, value: number): number {
    if (figure.is_final) {
      this.lowest.delete(figure.key);
      return value;
    }
    const held = Math.max(value, this.lowest.get(figure.key) ?? value);
    this.lowest.set(figure.key, held);
    return held;
  }

  /** Forget all: they were drawn by a clock that was wrong. */
  forget(): void {
    this.lowest.clear();
  }

  /** Forget figures that are no longer there. */
  keepOnly(keys: ReadonlySet<string>): void {
    [...this.lowest.keys()].filter(key => !keys.has(key)).forEach(key => this.lowest.delete(key));
  }
}

export function jobFigure(job: JobRow): Figure {
  return { key: thingKey(job), cost: job.cost, cost_per_hour: job.cost_per_hour, is_final: job.cost_basis === 'final' };
}

export function storageFigure(job: JobRow): Figure {
  return {
    key: `${thingKey(job)}#storage`,
    cost: job.storage_cost,
    cost_per_hour: job.storage_cost_per_hour,
    is_final: job.cost_basis === 'final'
  };
}

/** What a job's kept instances have cost so far: AWS tells it at the end of each use. */
export function keptFigure(job: JobRow): Figure {
  const is_final = job.warm_pool_basis === 'final';
  return { key: `${thingKey(job)}#kept`, cost: job.warm_pool_cost, cost_per_hour: null, is_final };
}

export function warmPoolFigure(row: WarmPoolRow): Figure {
  const { cost, cost_per_hour, started_at } = row;
  return { key: `${thingKey(warmPoolThing(row))}@${started_at}`, cost, cost_per_hour, is_final: false };
}

export function appFigure(row: AppRow): Figure {
  const { cost, cost_per_hour, started_at } = row;
  return { key: `${thingKey(row)}@${started_at}`, cost, cost_per_hour, is_final: false };
}

export function sessionFigure({ session }: Overview): Figure {
  const { cost, cost_per_hour } = session;
  return { key: `session@${session.started_at}`, cost, cost_per_hour, is_final: false };
}

/** What the present idleness has cost; none while something keeps the machine on. */
export function idleFigure({ idle }: Overview): Figure {
  const { cost, cost_per_hour, since } = idle;
  return { key: `idle@${since}`, cost, cost_per_hour, is_final: false };
}

/**
 * The sum of the outermost rows that run: another set of them is another figure, which may be lower.
 *
 * What a job of theirs has started may end and another may start: that is the same set.
 */
export function runningFigure({ totals, jobs }: Overview): Figure {
  const launched = jobs.filter(job => job.is_running && !isStartedByJob(job)).map(thingKey);
  return {
    key: `running@${totals.launched_running}:${launched.sort().join()}`,
    cost: totals.launched_running_cost,
    cost_per_hour: totals.running_cost_per_hour,
    is_final: false
  };
}

export function allFigures(overview: Overview): Figure[] {
  const jobs = overview.jobs.flatMap(job => [jobFigure(job), storageFigure(job), keptFigure(job)]);
  const standing = [...overview.warm_pools.map(warmPoolFigure), ...overview.apps.map(appFigure)];
  const session = isIdle(overview.idle) ? [sessionFigure(overview), idleFigure(overview)] : [sessionFigure(overview)];
  return [...session, runningFigure(overview), ...jobs, ...standing];
}

/** Tell whether anything in this overview grows by the second, be it only a time. */
export function grows(overview: Overview): boolean {
  const isTimed = isIdle(overview.idle) || overview.jobs.some(job => job.is_accruing);
  return isTimed || allFigures(overview).some(figure => (shown(figure.cost_per_hour) ?? 0) > 0);
}
