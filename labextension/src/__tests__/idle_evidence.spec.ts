import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import { IdleEvidence } from '../idle_evidence';
import { overviewOf } from './documents';
import { FakePage, FakeSource } from './fakes';
import { idleView } from './idle';

let source: FakeSource;
let page: FakePage;
let evidence: IdleEvidence;

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  source = new FakeSource(overviewOf());
  page = new FakePage();
  evidence = new IdleEvidence({ source, now: () => Date.now(), page: page as unknown as Document });
});

afterEach(() => {
  evidence.dispose();
  vi.useRealTimers();
});

describe('the evidence', () => {
  it('is not read before somebody watches, and once in thirty seconds then', async () => {
    evidence.fold(false);
    evidence.refresh();
    await pass(120);
    expect(source.idleReadings).toBe(0);
    evidence.watch();
    await pass(29);
    expect(source.idleReadings).toBe(1);
    await pass(61);
    expect(source.idleReadings).toBe(4);
    expect(evidence.view).toEqual(idleView());
  });

  it('is not read any more once nobody watches', async () => {
    const watching = evidence.watch();
    await pass(1);
    watching.dispose();
    evidence.refresh();
    await pass(300);
    expect(source.idleReadings).toBe(1);
  });

  it('is read anew for news that come while an answer is on its way, and takes no older one for it', async () => {
    source.delaySeconds = 3;
    evidence.watch();
    await pass(1);
    source.idle = idleView({ mode: 'on' });
    evidence.refresh();
    await pass(2.5);
    expect([source.idleReadings, evidence.view]).toEqual([2, null]);
    await pass(1);
    expect(evidence.view?.mode).toBe('on');
  });

  it('is read at once for news of it', async () => {
    evidence.watch();
    await pass(1);
    evidence.refresh();
    await pass(1);
    expect(source.idleReadings).toBe(2);
  });

  it('is not read while the page is hidden, and at once when what was read is old', async () => {
    evidence.watch();
    await pass(1);
    page.show(false);
    await pass(300);
    expect(source.idleReadings).toBe(1);
    page.show(true);
    await pass(0);
    expect(source.idleReadings).toBe(2);
    page.show(false);
    page.show(true);
    await pass(0);
    expect(source.idleReadings).toBe(2);
  });

  it('is not shown again after a while in which nobody watched', async () => {
    evidence.watch().dispose();
    await pass(1);
    const watching = evidence.watch();
    await pass(1);
    watching.dispose();
    const again = evidence.watch();
    expect(evidence.view).not.toBeNull();
    again.dispose();
    await pass(60);
    source.delaySeconds = 2;
    evidence.watch();
    expect(evidence.view).toBeNull();
    await pass(3);
    expect(evidence.view).not.toBeNull();
  });

  it('stays as it was where a reading fails, which is asked for less often then', async () => {
    evidence.watch();
    await pass(1);
    source.idle = new ApiError('internal_error', 500, 'No.', 'Wait.');
    vi.spyOn(Math, 'random').mockReturnValue(0.9); // how long it waits is a matter of chance
    await pass(30);
    expect([evidence.view, evidence.error]).toEqual([idleView(), source.idle]);
    const before = source.idleReadings;
    await pass(60);
    expect(source.idleReadings).toBe(before);
    source.idle = idleView({ mode: 'on' });
    evidence.refresh();
    await pass(0);
    expect([evidence.view?.mode, evidence.error]).toEqual(['on', null]);
  });

  it('has the focus once for each time that it was asked for, and not long after', async () => {
    expect(evidence.takeFocus()).toBe(false);
    evidence.explain();
    expect([evidence.isUnfolded, evidence.takeFocus(), evidence.takeFocus()]).toEqual([true, true, false]);
    evidence.explain();
    await pass(5);
    expect(evidence.takeFocus()).toBe(false);
  });

  it('tells when it is folded and unfolded', () => {
    const heard = vi.fn();
    evidence.changed.connect(heard);
    evidence.fold(false);
    evidence.fold(true);
    expect([heard.mock.calls.length, evidence.isUnfolded]).toEqual([2, false]);
  });
});
