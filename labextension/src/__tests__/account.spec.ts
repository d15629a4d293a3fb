import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccountLists } from '../account';
import { ApiError } from '../api/errors';
import { endpointRow, jobRow, overviewOf } from './documents';
import { FakePage, FakeSource } from './fakes';

const TIME = new Date('2026-11-23T14:00:00Z');
const NOTHING = { endpoints: [], apps: [], warm_pools: [], schedules: [] };

let source: FakeSource;
let page: FakePage;
let account: AccountLists;

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

/** Pages of one job each. */
function pages(...names: string[]): void {
  source.accountJobs = names.map((name, at) => ({
    jobs: [jobRow({ name, is_mine: false })],
    next_cursor: at + 1 < names.length ? String(at + 1) : null
  }));
}

function names(): (string | undefined)[] {
  return account.picture?.jobs.map(job => job.name) ?? [];
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  source = new FakeSource(overviewOf());
  page = new FakePage();
  account = new AccountLists(source, () => TIME, page as unknown as Document);
});

afterEach(() => {
  account.dispose();
  vi.useRealTimers();
});

describe('what others run', () => {
  it('is not read before somebody looks, nor after', async () => {
    await pass(120);
    expect(source.accountReadings).toBe(0);
    const looking = account.watch();
    await pass(0);
    looking.dispose();
    await pass(300);
    expect(source.accountReadings).toBe(1);
    await account.refresh();
    expect(source.accountReadings).toBe(1);
  });

  it('is read each half minute, and not while the page is hidden', async () => {
    account.watch();
    await pass(65);
    expect(source.accountReadings).toBe(3);
    page.show(false);
    await pass(300);
    expect(source.accountReadings).toBe(3);
  });

  it('is what the server said, as of its time', async () => {
    pages('a');
    source.accountStanding = { ...NOTHING, endpoints: [endpointRow({ is_mine: false })] };
    account.watch();
    await pass(0);
    expect(account.picture).toMatchObject({ hasMore: false, asOf: TIME, standing: source.accountStanding });
    expect(names()).toEqual(['a']);
  });

  it('comes a page at a time, and stays as long as it was made', async () => {
    pages('a', 'b', 'c');
    account.watch();
    await pass(0);
    expect([names(), account.picture?.hasMore]).toEqual([['a'], true]);
    await account.readMore();
    expect(names()).toEqual(['a', 'b']);
    pages('d', 'e', 'f');
    await pass(31);
    expect(names()).toEqual(['d', 'e']);
    await account.readMore();
    await account.readMore();
    expect([names(), account.picture?.hasMore]).toEqual([['d', 'e', 'f'], false]);
  });

  it('is left alone where so many pages are open that reading them again would cost', async () => {
    pages('1', '2', '3', '4', '5');
    account.watch();
    await pass(0);
    for (let page = 0; page < 4; page++) {
      await account.readMore();
    }
    const before = source.accountReadings;
    await pass(120);
    expect([names().length, source.accountReadings]).toEqual([5, before]);
  });

  it('says why it cannot be read, keeps what it has, and goes on by itself', async () => {
    pages('a');
    account.watch();
    await pass(0);
    source.accountStanding = new ApiError('scope_not_allowed', 403, 'Not shown here.', 'Ask.');
    await pass(31);
    expect(account.error).toBe(source.accountStanding);
    expect(names()).toEqual(['a']);
    source.accountStanding = NOTHING;
    await pass(300);
    expect(account.error).toBeNull();
  });

  it('says why another page cannot be read', async () => {
    pages('a', 'b');
    account.watch();
    await pass(0);
    vi.spyOn(source, 'readAccountJobs').mockRejectedValue(new TypeError('Failed to fetch'));
    await account.readMore();
    expect(account.error).toBeInstanceOf(TypeError);
  });
});
