import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import type { JobRow, Overview } from '../api/types';
import { jobFigure, runningFigure } from '../live';
import { OverviewModel } from '../model';
import { finalRow, jobRow, overviewOf } from './documents';
import { FakePage, FakeSource } from './fakes';

const HOUR_MS = 3_600_000;

let source: FakeSource;
let page: FakePage;
let model: OverviewModel;

/** How long the machine has slept: no timer ran, but the clock did. */
let sleptMs = 0;

/** Let time pass on every clock, and answers come in. */
async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

async function watched(first: Overview | Error): Promise<void> {
  source.answer(first);
  model.watch();
  await pass(0);
}

beforeEach(() => {
  sleptMs = 0;
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  source = new FakeSource(overviewOf());
  page = new FakePage();
  model = new OverviewModel({ source, now: () => Date.now() + sleptMs, document: page as unknown as Document });
});

afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

describe('reading', () => {
  it('asks nothing before somebody watches', async () => {
    await pass(60);
    expect(source.readings).toBe(0);
    expect(model.phase).toBe('loading');
  });

  it('reads at once and then every ten seconds, however many views watch', async () => {
    await watched(overviewOf([jobRow()]));
    model.watch();
    await pass(60);
    expect(source.readings).toBe(7);
  });

  it('reads once more where an event came while an answer was on its way', async () => {
    await watched(overviewOf());
    source.delaySeconds = 3;
    model.noticeEvent();
    await pass(1.5);
    model.noticeEvent();
    await pass(1);
    expect(source.readings).toBe(2);
    await pass(4);
    expect(source.readings).toBe(3);
  });

  it('stops when the last view has gone', async () => {
    source.answer(overviewOf());
    const view = model.watch();
    await pass(0);
    view.dispose();
    await pass(60);
    expect(source.readings).toBe(1);
  });

  it('asks nothing while the page is hidden, and at once when it is shown again', async () => {
    await watched(overviewOf());
    page.show(false);
    await pass(300);
    expect(source.readings).toBe(1);
    page.show(true);
    await pass(0);
    expect(source.readings).toBe(2);
  });

  it('sends the ETag it was given, and keeps the overview when told that it still holds', async () => {
    await watched(overviewOf([jobRow()]));
    source.answer('unchanged');
    await pass(10);
    expect(source.etags).toEqual([null, '"2026-11-23T14:00:00Z"']);
    expect(model.overview?.jobs[0].name).toBe('bert-ft-031');
    expect(model.phase).toBe('live');
  });

  it('follows another interval', async () => {
    await watched(overviewOf());
    model.setRefreshSeconds(60);
    await pass(0);
    const before = source.readings;
    await pass(59);
    expect(source.readings).toBe(before);
    await pass(1);
    expect(source.readings).toBe(before + 1);
  });

  it('believes the later asked of two answers that overtake each other', async () => {
    await watched(overviewOf());
    const answers: ((name: string) => void)[] = [];
    vi.spyOn(source, 'readOverview').mockImplementation(
      () =>
        new Promise(resolve => {
          answers.push(name => resolve({ changed: true, overview: overviewOf([jobRow({ name })]), etag: null }));
        })
    );
    await pass(10);
    void model.refresh();
    await pass(0);
    answers[1]('asked later');
    await pass(0);
    answers[0]('asked earlier');
    await pass(0);
    expect(model.overview?.jobs.map(job => job.name)).toEqual(['asked later']);
  });
});

describe('events', () => {
  it('turns a burst into one reading, a second later', async () => {
    await watched(overviewOf());
    for (let count = 0; count < 20; count++) {
      model.noticeEvent();
    }
    await pass(1.1);
    expect(source.readings).toBe(2);
  });

  it('keeps to two dozen requests a minute under a storm of events', async () => {
    await watched(overviewOf());
    for (let tenth = 0; tenth < 600; tenth++) {
      model.noticeEvent();
      await pass(0.1);
    }
    expect(source.readings).toBeLessThanOrEqual(24);
  });

  it('makes up for an event that came while the page was hidden', async () => {
    await watched(overviewOf());
    page.show(false);
    model.noticeEvent();
    await pass(2);
    page.show(true);
    await pass(0);
    expect(source.readings).toBe(2);
  });
});

describe('figures', () => {
  it('carries a cost on at its rate', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    await pass(5);
    expect(model.amount(jobFigure(job))).toBeCloseTo(6, 9);
  });

  it('never lets a growing figure fall when the next answer is lower', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    await pass(9);
    expect(model.amount(jobFigure(job))).toBeCloseTo(10, 9);
    const interrupted = jobRow({ cost: '4', cost_per_hour: '0', is_accruing: false });
    source.answer(overviewOf([interrupted]));
    await pass(1);
    expect(model.amount(jobFigure(interrupted))).toBeCloseTo(10, 9);
  });

  it('lets it fall when the clock it was drawn by turns out to be wrong', async () => {
    const job = jobRow({ cost: '600', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    expect(model.amount(jobFigure(job))).toBeCloseTo(600, 9);
    const right = jobRow({ cost: '2', cost_per_hour: '3600' });
    const differs = { code: 'clock_differs', message: 'm', hint: 'h', subject: null };
    source.answer(overviewOf([right], { data_quality: [differs] }));
    await pass(10);
    expect(model.amount(jobFigure(right))).toBeLessThan(20);
  });

  it('lets the step to final lower it', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    await pass(9);
    model.amount(jobFigure(job));
    const ended = finalRow({ cost: '0.5' });
    source.answer(overviewOf([ended]));
    await pass(1);
    expect(model.amount(jobFigure(ended))).toBe(0.5);
  });

  it('lets the sum of what runs fall when a job has ended', async () => {
    const both = overviewOf([jobRow({ name: 'a', cost: '5' }), jobRow({ name: 'b' })]);
    await watched(both);
    model.amount(runningFigure(both));
    const one = overviewOf([jobRow({ name: 'b', cost: '1' })]);
    source.answer(one);
    await pass(10);
    expect(model.amount(runningFigure(one))).toBe(1);
  });

  it('holds the sum of what runs while jobs that others have started come and go', async () => {
    const tuning = jobRow({ kind: 'tuning', name: 'hpo', is_sum: true, cost: '5' });
    const child = (name: string): JobRow => jobRow({ name, parent: 'tuning/hpo', cost: null });
    const first = overviewOf([tuning, child('a'), child('b')]);
    await watched(first);
    expect(model.amount(runningFigure(first))).toBe(5);
    const ended = overviewOf([{ ...tuning, cost: '4' }, child('b'), child('c'), { ...child('a'), is_running: false }]);
    source.answer({ ...ended, totals: { ...ended.totals, unpriced: 7 } });
    await pass(10);
    expect(model.amount(runningFigure(ended))).toBe(5);
  });

  it('keeps an unknown figure unknown', async () => {
    const job = jobRow({ cost: null, cost_per_hour: null });
    await watched(overviewOf([job]));
    await pass(5);
    expect(model.amount(jobFigure(job))).toBeNull();
  });

  it('goes by its own clock, not by the wall clock of the browser', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job], { as_of: '1999-01-01T00:00:00Z' }));
    await pass(2);
    expect(model.amount(jobFigure(job))).toBeCloseTo(3, 9);
    expect(model.confirmedTime?.toISOString()).toBe('1999-01-01T00:00:00.000Z');
  });
});

describe('a page that is hidden', () => {
  const job = jobRow({ cost: '1', cost_per_hour: '3600' });

  it('goes on at once where it is shown again before the next reading is due', async () => {
    await watched(overviewOf([job]));
    page.show(false);
    await pass(5);
    expect(model.amount(jobFigure(job))).toBeCloseTo(1, 9);
    page.show(true);
    expect(model.amount(jobFigure(job))).toBeCloseTo(6, 9);
  });

  it('goes on for a view that opens when nobody watched as it was shown again', async () => {
    source.answer(overviewOf([job]));
    const view = model.watch();
    await pass(0);
    page.show(false);
    view.dispose();
    page.show(true);
    model.watch();
    await pass(5);
    expect(model.amount(jobFigure(job))).toBeCloseTo(6, 9);
  });

  it('does not jump by the hidden hour, although an answer came after it was hidden', async () => {
    source.delaySeconds = 2;
    await watched(overviewOf([job]));
    page.show(false);
    await pass(2);
    expect(model.overview).not.toBeNull();
    await pass(HOUR_MS / 1000);
    page.show(true);
    expect(model.amount(jobFigure(job))).toBeCloseTo(1, 9);
    await pass(1);
    expect(model.amount(jobFigure(job))).toBeCloseTo(1, 9);
  });
});

describe('ticking', () => {
  it('ticks each second while something grows', async () => {
    await watched(overviewOf([jobRow()]));
    const ticks = vi.fn();
    model.ticked.connect(ticks);
    await pass(5);
    expect(ticks).toHaveBeenCalledTimes(5);
  });

  it('is still while the page is hidden', async () => {
    await watched(overviewOf([jobRow()]));
    const ticks = vi.fn();
    model.ticked.connect(ticks);
    page.show(false);
    await pass(60);
    expect(ticks).not.toHaveBeenCalled();
  });

  it('is still where nothing grows', async () => {
    const { session } = overviewOf();
    await watched(overviewOf([finalRow()], { session: { ...session, cost: null, cost_per_hour: null } }));
    const ticks = vi.fn();
    model.ticked.connect(ticks);
    await pass(9);
    expect(ticks).not.toHaveBeenCalled();
  });
});

describe('a server that does not answer', () => {
  it('goes offline, keeps the last overview and stands still', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    source.answer(new TypeError('Failed to fetch'));
    await pass(10);
    expect(model.phase).toBe('offline');
    const then = model.amount(jobFigure(job));
    await pass(HOUR_MS / 1000);
    expect(model.amount(jobFigure(job))).toBe(then);
    expect(model.confirmedTime?.toISOString()).toBe('2026-11-23T14:00:00.000Z');
  });

  it('goes on by itself when it answers again', async () => {
    await watched(overviewOf());
    source.answer(new TypeError('Failed to fetch'));
    await pass(10);
    source.answer(overviewOf([jobRow()]));
    await pass(120);
    expect(model.phase).toBe('live');
  });

  it('asks less and less often', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    await watched(new TypeError('Failed to fetch'));
    await pass(600);
    expect(source.readings).toBeLessThan(20);
  });

  it('goes offline after three intervals without an answer', async () => {
    await watched(overviewOf([jobRow()]));
    vi.spyOn(source, 'readOverview').mockImplementation(() => new Promise(() => undefined));
    await pass(29);
    expect(model.phase).toBe('live');
    await pass(3);
    expect(model.phase).toBe('offline');
  });

  it('does not count the hours that the machine slept', async () => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    source.answer(new TypeError('Failed to fetch'));
    sleptMs = HOUR_MS;
    await pass(1);
    expect(model.phase).toBe('offline');
    expect(model.amount(jobFigure(job))).toBeCloseTo(31, 9);
    await pass(60);
    expect(model.amount(jobFigure(job))).toBeCloseTo(31, 9);
  });

  it('tells an answer that nobody can read from none, and forgets it with the next that can be read', async () => {
    await watched(new ApiError('bad_answer', 200, '', ''));
    expect([model.phase, model.error?.code]).toEqual(['failed', 'bad_answer']);
    source.answer(overviewOf());
    await pass(60);
    expect([model.phase, model.error]).toEqual(['live', null]);
  });

  it.each([502, 503, 504])("takes a proxy's %d for what it is: no answer of the server's", async status => {
    await watched(new ApiError('', status, '', ''));
    expect(model.phase).toBe('offline');
  });

  it('tells a missing server half from a missing server', async () => {
    await watched(new ApiError('', 404, '', ''));
    expect(model.phase).toBe('gone');
  });

  it.each([
    [401, 'refused'],
    [403, 'forbidden'],
    [500, 'failed']
  ])('tells a server that answers %d from one that does not answer, and keeps what it said', async (status, phase) => {
    const job = jobRow({ cost: '1', cost_per_hour: '3600' });
    await watched(overviewOf([job]));
    source.answer(new ApiError('', status, 'What happened.', 'What to do.'));
    await pass(10);
    expect([model.phase, model.error?.message, model.error?.hint]).toEqual([phase, 'What happened.', 'What to do.']);
    const then = model.amount(jobFigure(job));
    const ticks = vi.fn();
    model.ticked.connect(ticks);
    await pass(120);
    expect(ticks).not.toHaveBeenCalled();
    expect(model.amount(jobFigure(job))).toBe(then);
  });
});
