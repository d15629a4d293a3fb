import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import type { Overview } from '../api/types';
import { OverviewModel } from '../model';
import { endpointThing, scheduleThing, warmPoolThing, type Thing } from '../things';
import { appRow, endpointRow, finalRow, jobRow, notebookRow, overviewOf, scheduleRow, warmPoolRow } from './documents';
import { FakePage, FakeSource } from './fakes';

let source: FakeSource;
let model: OverviewModel;

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

async function watched(overview: Overview): Promise<void> {
  source.answer(overview);
  model.watch();
  await pass(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source, document: new FakePage() as unknown as Document });
});

afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

describe('ending a job', () => {
  it('says so at once, until AWS does', async () => {
    const job = jobRow();
    await watched(overviewOf([job]));
    await model.actions.end(job, null);
    expect(source.ended).toEqual(['training bert-ft-031']);
    expect(model.actions.isEnding(job, job.status)).toBe(true);
    const stopped = finalRow({ status: 'Stopped' });
    source.answer(overviewOf([stopped]));
    await pass(1.1);
    expect(model.actions.isEnding(stopped, stopped.status)).toBe(false);
  });

  it('reads soon after one that went wrong, since it may have been done all the same', async () => {
    await watched(overviewOf([jobRow()]));
    source.endError = new TypeError('Failed to fetch');
    await expect(model.actions.end(jobRow(), null)).rejects.toThrow('Failed to fetch');
    await pass(1.1);
    expect(source.readings).toBe(2);
  });

  it('takes it back and tells why when AWS refuses', async () => {
    const job = jobRow();
    await watched(overviewOf([job]));
    source.endError = new ApiError('permission_missing', 403, 'Not allowed.', 'Ask.');
    await expect(model.actions.end(job, null)).rejects.toThrow('Not allowed.');
    expect(model.actions.isEnding(job, job.status)).toBe(false);
  });

  it('does not take a job of one kind for a job of another with its name', async () => {
    await watched(overviewOf([jobRow(), jobRow({ kind: 'processing' })]));
    await model.actions.end(jobRow({ kind: 'processing' }), null);
    expect(model.actions.isEnding(jobRow(), 'InProgress')).toBe(false);
  });
});

describe('ending what stands', () => {
  const cases: [string, Thing, (isThere: boolean) => Partial<Overview>][] = [
    ['an endpoint', endpointThing(endpointRow()), isThere => ({ endpoints: isThere ? [endpointRow()] : [] })],
    ['an app', appRow(), isThere => ({ apps: isThere ? [appRow()] : [] })],
    ['a notebook instance', notebookRow(), isThere => ({ apps: [notebookRow({ can_stop: isThere })] })],
    ['a warm pool', warmPoolThing(warmPoolRow()), isThere => ({ warm_pools: isThere ? [warmPoolRow()] : [] })],
    ['a schedule', scheduleThing(scheduleRow()), isThere => ({ schedules: [scheduleRow({ can_stop: isThere })] })]
  ];

  it.each(cases)('is said of %s until AWS would not take it again, or it is gone', async (_, thing, changes) => {
    await watched(overviewOf([], changes(true)));
    await model.actions.end(thing, null);
    await pass(11);
    expect(model.actions.isEnding(thing, 'InService')).toBe(true);
    source.answer(overviewOf([], changes(false)));
    await pass(11);
    expect(model.actions.isEnding(thing, 'InService')).toBe(false);
  });

  it('is what AWS calls deleting or stopping, whoever asked for it', () => {
    expect(['Deleting', 'Stopping', 'InService'].map(status => model.actions.isEnding(appRow(), status))).toEqual([
      true,
      true,
      false
    ]);
  });

  it('is remembered of what others run although the overview does not have it', async () => {
    const theirs = jobRow({ is_mine: false });
    await watched(overviewOf());
    await model.actions.end(theirs, null);
    await pass(11);
    expect(source.ended).toEqual(['training bert-ft-031 of others']);
    expect(model.actions.isEnding(theirs, theirs.status)).toBe(true);
    model.account.watch();
    await pass(0);
    expect(model.actions.isEnding(theirs, theirs.status)).toBe(false);
  });
});

describe('a question', () => {
  it('is asked once at a time of one thing', async () => {
    let answer = (): void => undefined;
    const ask = vi.fn(() => new Promise<void>(resolve => (answer = resolve)));
    const first = model.actions.askOnce(jobRow(), ask);
    await model.actions.askOnce(jobRow(), ask);
    expect(ask).toHaveBeenCalledTimes(1);
    expect([model.actions.isAsked(jobRow()), model.actions.isAsked(jobRow({ name: 'b' }))]).toEqual([true, false]);
    answer();
    await first;
    expect(model.actions.isAsked(jobRow())).toBe(false);
  });
});
