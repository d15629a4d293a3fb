import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import { ChargeHistory } from '../history';
import { chargesOf, group } from './charges';
import { overviewOf } from './documents';
import { FakePage, FakeSource } from './fakes';

const MONTH = '2026-11-01 2026-12-01';

let source: FakeSource;
let page: FakePage;
let history: ChargeHistory;

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  source = new FakeSource(overviewOf());
  page = new FakePage();
  history = new ChargeHistory({
    source,
    time: () => new Date('2026-11-23T14:00:00Z'),
    now: () => Date.now(),
    page: page as unknown as Document
  });
});

afterEach(() => {
  history.dispose();
  vi.useRealTimers();
});

describe('the history', () => {
  it('is not read before somebody watches, and once a minute then', async () => {
    history.ask({ period: 'last-month' });
    await pass(120);
    expect(source.chargesRead).toEqual([]);
    history.ask({ period: 'this-month' });
    history.watch();
    await pass(59);
    expect(source.chargesRead).toEqual([`${MONTH} day`]);
    await pass(61);
    expect(source.chargesRead).toHaveLength(3);
  });

  it('is not read any more once nobody watches', async () => {
    const watching = history.watch();
    await pass(1);
    watching.dispose();
    history.ask({ by: 'service' });
    await pass(300);
    expect(source.chargesRead).toHaveLength(1);
  });

  it('is not read while the page is hidden, and at once after a minute of that', async () => {
    history.watch();
    await pass(1);
    page.show(false);
    await pass(300);
    expect(source.chargesRead).toHaveLength(1);
    page.show(true);
    await pass(0);
    expect(source.chargesRead).toHaveLength(2);
    page.show(false);
    page.show(true);
    await pass(0);
    expect(source.chargesRead).toHaveLength(2);
  });

  it('is read at once for another question, by day and by what was asked for, and not for the same', async () => {
    history.watch();
    await pass(1);
    history.ask({ by: 'tag', tagKey: 'team' });
    history.ask({ by: 'tag' });
    await pass(1);
    history.ask({ period: 'last-7-days' });
    await pass(1);
    expect(source.chargesRead.slice(1)).toEqual([
      `${MONTH} day`,
      `${MONTH} tag:team`,
      '2026-11-17 2026-11-24 day',
      '2026-11-17 2026-11-24 tag:team'
    ]);
    expect(history.picture?.question).toEqual({ period: 'last-7-days', by: 'tag', tagKey: 'team' });
  });

  it('asks for no tag before its key is said', async () => {
    history.watch();
    await pass(1);
    history.ask({ by: 'tag' });
    await pass(120);
    expect(source.chargesRead).toHaveLength(1);
    expect(history.isReading).toBe(false);
  });

  it('takes no answer to an earlier question for one to the last', async () => {
    source.delaySeconds = 3;
    source.charges.service = chargesOf([group({ service: 'S' }, '1')]);
    history.watch();
    await pass(1);
    history.ask({ by: 'service' });
    await pass(2.5);
    expect([history.picture, history.isReading]).toEqual([null, true]);
    await pass(6);
    expect(history.picture?.parts.groups).toHaveLength(1);
    expect(history.isReading).toBe(false);
  });

  it('keeps the last figures where a reading fails, and asks less often then', async () => {
    history.watch();
    await pass(1);
    const { picture } = history;
    source.charges.day = new ApiError('ledger_unreadable', 500, 'No.', 'Wait.');
    await pass(60);
    expect([history.picture, history.error]).toEqual([picture, source.charges.day]);
    const asked = source.chargesRead.length;
    await pass(119);
    expect(source.chargesRead.length - asked).toBeLessThanOrEqual(2);
    source.charges = {};
    history.refresh();
    await pass(0);
    expect(history.error).toBeNull();
  });
});
