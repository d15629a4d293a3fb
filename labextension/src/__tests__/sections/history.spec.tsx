import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../api/errors';
import type { ChargeGroup, Charged, Charges } from '../../api/types';
import { tagKeys } from '../../panel/sections/history_choices';
import { charged, chargesOf, group } from '../charges';
import { endpointRow, jobRow, overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="history"]';
const FOLD = `${SECTION} .mlcost-Fold`;
const DAYS = [group({ day: '2026-11-20' }, '40.25'), group({ day: '2026-11-23' }, '1.25', { estimated: '0.5', metered: '0.75' })];
const BY_DAY = chargesOf(DAYS, { totals: [group({}, '41.5', { estimated: '0.5', metered: '41' })] });

let drawn: Drawn | null = null;

async function show(total: Charged | null, answers: Record<string, Charges | Error> = { day: BY_DAY }): Promise<Drawn> {
  drawn = await draw(overviewOf([jobRow(), jobRow({ name: 'b', tags: { team: 'fraud', 'aws:x': '1' } })], { charged: total }));
  drawn.source.charges = answers;
  return drawn;
}

/** Let answers come in. */
async function settle(): Promise<void> {
  await act(() => new Promise(resolve => setTimeout(resolve, 20)));
}

async function opened(answers?: Record<string, Charges | Error>, total = charged()): Promise<Drawn> {
  const shown = await show(total, answers);
  await shown.click(FOLD);
  await settle();
  return shown;
}

async function choose({ node }: Drawn, of: string, value: string): Promise<void> {
  const control = node.querySelector<HTMLSelectElement | HTMLInputElement>(`[data-mlcost-choice="${of}"]`);
  act(() => {
    const prototype = control instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLSelectElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(control, value);
    control?.dispatchEvent(new Event(control instanceof HTMLInputElement ? 'input' : 'change', { bubbles: true }));
  });
  await settle();
}

function rows({ all }: Drawn): string[] {
  return all(`${SECTION} tbody tr, ${SECTION} tfoot tr`).map(row => [...row.children].map(cell => cell.textContent).join(' | '));
}

function labels({ all }: Drawn): (string | null)[] {
  return all('[data-mlcost-day]').map(day => day.getAttribute('aria-label'));
}

afterEach(() => {
  drawn?.remove();
});

describe('the totals of the history', () => {
  const total = async (changes: Partial<Charged> | null): Promise<string[]> => {
    const { all } = await show(changes === null ? null : charged(changes));
    return all('[data-mlcost-charged]').map(pair => pair.textContent ?? '');
  };

  it('are those of the overview, and nothing is asked for them', async () => {
    expect(await total({})).toEqual(['Today$1.25', 'November$41.50']);
    expect(drawn?.source.chargesRead).toEqual([]);
    expect(drawn?.all('[data-mlcost-since], [data-mlcost-history]')).toEqual([]);
  });

  it('are lower bounds where something has no price, and nothing where none has', async () => {
    expect(await total({ unpriced: 2 })).toEqual(['Todayat least $1.25', 'Novemberat least $41.50']);
    drawn?.remove();
    expect(await total({ unpriced: 2, today: '0', month: null })).toEqual(['Todaynot known', 'Novembernot known']);
  });

  it('are not drawn as zero', async () => {
    expect(await total({ today: '0', month: '0' })).toEqual(['Todaynothing yet', 'Novembernothing yet']);
    drawn?.remove();
    expect(await total(null)).toEqual(['Todaynot known yet', 'Novembernot known yet']);
  });

  it('say since when they are counted, where that was this month', async () => {
    const { text } = await show(charged({ since: '2026-11-20T04:12:00Z' }));
    expect(text('[data-mlcost-since]')).toMatch(
      /^Counting began Nov \d+, \d\d:12; what ran before is in it as far as AWS tells\.$/
    );
  });
});

describe('the days of the history', () => {
  it('are read once they are unfolded, and not after they were folded', async () => {
    const shown = await opened();
    expect(shown.source.chargesRead).toEqual([expect.stringMatching(/^2026-11-01 2026-12-01 day$/)]);
    await shown.click(FOLD);
    expect(shown.all('[data-mlcost-history]')).toEqual([]);
    shown.model.history.ask({ period: 'last-month' });
    await settle();
    expect(shown.source.chargesRead).toHaveLength(1);
  });

  it('stand in a table that adds up to its last row, the newest first', async () => {
    const shown = await opened();
    expect(rows(shown)).toEqual([
      'Nov 23 | $0.50 estimated | $1.25',
      'Nov 20 | metered | $40.25',
      'Total | $0.50 estimated | $41.50'
    ]);
    expect(shown.text('caption')).toBe('Nov 1 to Nov 30, by day');
    expect(shown.all('thead th').map(head => [head.getAttribute('scope'), head.textContent])).toEqual([
      ['col', 'Day'],
      ['col', 'Basis'],
      ['col', 'Cost']
    ]);
    expect(shown.all('tbody th[scope="row"], tfoot th[scope="row"]')).toHaveLength(3);
    expect(shown.node.querySelector<HTMLElement>('tbody td:last-child')?.title).toBe(
      '1.25 USD\nestimated: 0.5 USD\nmetered: 0.75 USD'
    );
    expect(shown.text('[data-mlcost-utc]')).toMatch(/^Days are those of UTC\. Counted up to .*59\.$/);
    expect(shown.text(SECTION)?.toLowerCase()).not.toContain('bill');
  });

  it('are bars as high as they cost; a day without charges has none', async () => {
    const shown = await opened(undefined, charged({ since: '2026-11-19T04:12:00Z' }));
    expect(labels(shown)).toHaveLength(23);
    expect(labels(shown).slice(17)).toEqual([
      'Nov 18: not counted',
      'Nov 19: no charges',
      'Nov 20: $40.25, metered',
      'Nov 21: no charges',
      'Nov 22: no charges',
      'Nov 23: $1.25, $0.50 estimated'
    ]);
    expect(shown.all('.mlcost-Chart-bar').map(bar => bar.style.height)).toEqual(['100%', '3.1%']);
    expect(shown.all('.mlcost-Chart-estimated').map(bar => bar.style.height)).toEqual(['40%']);
    expect(shown.all('.mlcost-mod-ahead')).toHaveLength(7);
    expect(shown.all('.mlcost-Chart-ends > span').map(part => part.textContent)).toEqual([
      'Nov 1',
      'metered',
      'estimated',
      'Nov 30'
    ]);
  });

  it('are told by mouse and by keyboard, else the dearest one', async () => {
    const shown = await opened();
    const said = (): string | null | undefined => shown.text('.mlcost-Chart-said');
    const days = shown.all('[data-mlcost-day]');
    expect(said()).toBe('Most on Nov 20: $40.25');
    act(() => void days[0].dispatchEvent(new MouseEvent('mouseover', { bubbles: true })));
    expect(said()).toBe('Nov 1: no charges');
    act(() => void days[0].dispatchEvent(new MouseEvent('mouseout', { bubbles: true })));
    expect(days.map(day => day.tabIndex).filter(index => index === 0)).toHaveLength(1);
    const press = (key: string): void => {
      act(() => void document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })));
    };
    act(() => days[22].focus());
    press('ArrowLeft');
    expect([document.activeElement, said()]).toEqual([days[21], 'Nov 22: no charges']);
    press('Home');
    press('ArrowLeft');
    press('x');
    expect([document.activeElement, days[0].tabIndex]).toEqual([days[0], 0]);
    press('End');
    expect(document.activeElement).toBe(days[22]);
    act(() => days[22].blur());
    expect(said()).toMatch(/^Most/);
  });

  it('whose cost is not known say so, in bar, table and total', async () => {
    const days = [group({ day: '2026-11-20' }, null), group({ day: '2026-11-21' }, '2', { unpriced: 1 })];
    const note = { code: 'price_unknown', message: 'Some has no price.', hint: 'Read it.', subject: null };
    const totals = [group({}, '2', { unpriced: 2 })];
    const shown = await opened({ day: chargesOf(days, { totals, data_quality: [note] }) });
    expect(rows(shown)).toEqual(['Nov 21 | metered | at least $2.00', 'Nov 20 |  | not known', 'Total | metered | at least $2.00']);
    expect(labels(shown)[19]).toBe('Nov 20: not known');
    expect(shown.all('.mlcost-Chart-bar.mlcost-mod-unknown')).toHaveLength(1);
    expect(shown.text('[data-mlcost-note="price_unknown"]')).toBe('Some has no price. Read it.');
  });

  it('of several currencies are never added: each has its chart and its table', async () => {
    const other = { billing_currency: 'CNY' };
    const days = [...DAYS, group({ day: '2026-11-20' }, '7', other)];
    const shown = await opened({ day: chargesOf(days, { totals: [...BY_DAY.totals, group({}, '7', other)] }) });
    expect(shown.all('[data-mlcost-currency]').map(node => node.dataset.mlcostCurrency)).toEqual(['USD', 'CNY']);
    expect(shown.all('caption').map(node => node.textContent)).toEqual([
      'Nov 1 to Nov 30, by day, in USD',
      'Nov 1 to Nov 30, by day, in CNY'
    ]);
    expect(rows(shown).slice(3)).toEqual(['Nov 20 | metered | CN¥7.00', 'Total | metered | CN¥7.00']);
    expect(shown.all('.mlcost-Chart')).toHaveLength(2);
  });

  it('of a currency that is none are drawn all the same', async () => {
    const odd = { billing_currency: '<b>' };
    const shown = await opened({ day: chargesOf([group({ day: '2026-11-20' }, '7', odd)], { totals: [group({}, '7', odd)] }) });
    expect(rows(shown)[1]).toBe('Total | metered | ¤7.00');
  });

  it('without any charges say so, and why', async () => {
    const note = { code: 'ledger_empty', message: 'Nothing was kept yet.', hint: 'Wait.', subject: null };
    const shown = await opened({ day: chargesOf([], { as_of: null, data_quality: [note] }) });
    expect(shown.text(`${SECTION} [data-mlcost-state="none"]`)).toBe('Nothing was charged in these days.');
    expect(shown.text('[data-mlcost-note="ledger_empty"]')).toBe('Nothing was kept yet. Wait.');
    expect(shown.text('[data-mlcost-utc]')).toBe('Days are those of UTC.');
  });
});

describe('the history by something else', () => {
  const by = (name: string, groups: ChargeGroup[]): Charges => chargesOf(groups, { totals: BY_DAY.totals, group_by: [name] });

  it('names what has none, and what is not told one by one', async () => {
    const groups = [group({ notebook: 'train.ipynb' }, '40'), group({ notebook: null }, '1'), group({}, '0.5', { is_rest: true })];
    const shown = await opened({ day: BY_DAY, notebook: by('notebook', groups) });
    await choose(shown, 'by', 'notebook');
    expect(rows(shown).map(row => row.split(' | ')[0])).toEqual(['train.ipynb', 'No notebook', 'All others', 'Total']);
    expect(shown.text('caption')).toBe('Nov 1 to Nov 30, by notebook');
    expect(labels(shown)).toHaveLength(23);
  });

  it('takes the tag that most has, and another one once it is typed', async () => {
    const shown = await opened({ day: BY_DAY, 'tag:team': by('tag:team', [group({ 'tag:team': null }, '41.5')]) });
    await choose(shown, 'by', 'tag');
    expect(shown.source.chargesRead.at(-1)).toBe('2026-11-01 2026-12-01 tag:team');
    expect(rows(shown)[0]).toBe('Without this tag | metered | $41.50');
    expect(shown.all('datalist option').map(option => option.getAttribute('value'))).toEqual(['team', 'aws:x']);
    const asked = shown.source.chargesRead.length;
    await choose(shown, 'tag-key', 'cost-c');
    await choose(shown, 'tag-key', 'cost-center,day');
    expect(shown.source.chargesRead).toHaveLength(asked);
    const input = shown.node.querySelector('[data-mlcost-choice="tag-key"]');
    act(() => void input?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })));
    await settle();
    expect(shown.source.chargesRead.at(-1)).toBe('2026-11-01 2026-12-01 tag:cost-center');
  });

  it('is cut where it is long, and shown in full when asked', async () => {
    const groups = Array.from({ length: 40 }, (_, at) => group({ component: `c${at}` }, '1'));
    const shown = await opened({ day: BY_DAY, component: by('component', groups) });
    await choose(shown, 'by', 'component');
    expect(shown.all('tbody tr')).toHaveLength(31);
    await shown.click('[data-mlcost-more="charges"]');
    expect(shown.all('tbody tr')).toHaveLength(40);
  });

  it('draws what somebody has called something as text, and no more of it than fits', async () => {
    const name = `<img src=x onerror=alert(1)>${'x'.repeat(1000)}`;
    const shown = await opened({ day: BY_DAY, service: by('service', [group({ service: name }, '41.5')]) });
    await choose(shown, 'by', 'service');
    expect(shown.all(`${SECTION} img`)).toEqual([]);
    expect(shown.text('tbody th')).toBe(name.slice(0, 256));
  });

  it('keeps the last figures while another answer is awaited', async () => {
    const shown = await opened({ day: BY_DAY });
    shown.source.delaySeconds = 5;
    await choose(shown, 'period', 'last-7-days');
    expect(shown.all('[aria-busy="true"]')).toHaveLength(1);
    expect(shown.text('caption')).toBe('Nov 1 to Nov 30, by day');
  });
});

describe('a history that cannot be read', () => {
  it('says why and what to do, keeps the last figures, and is read again on request', async () => {
    const shown = await opened();
    shown.source.charges = { day: new ApiError('ledger_unreadable', 500, 'The ledger cannot be read.', 'Free the disk.') };
    await choose(shown, 'period', 'last-month');
    expect(shown.text('[data-mlcost-failure] .mlcost-Notice')).toBe('The ledger cannot be read.Free the disk.');
    expect(rows(shown)).toHaveLength(3);
    shown.source.charges = { day: chargesOf([]) };
    await shown.click('[data-mlcost-retry]');
    await settle();
    expect(shown.all('[data-mlcost-failure]')).toEqual([]);
  });

  it('says so in our own words where nobody answers', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const shown = await opened({ day: new TypeError('fetch') });
    expect(shown.text('[data-mlcost-failure] .mlcost-Notice')).toBe(
      'What was charged could not be read.It is tried again by itself.'
    );
    expect(shown.all(`${SECTION} .mlcost-Skeleton`)).toEqual([]);
  });

  it('shows before its first answer that it is being read', async () => {
    const shown = await show(charged());
    shown.source.delaySeconds = 5;
    await shown.click(FOLD);
    expect(shown.node.querySelector(`${SECTION} .mlcost-Skeleton`)?.getAttribute('aria-label')).toBe(
      'What was charged is being read'
    );
  });
});

describe('the keys of tags', () => {
  it('are those of all that is in sight, without what cannot be asked for', () => {
    const overview = overviewOf([jobRow({ tags: { a: '1', 'b,c': '2' } })], {
      endpoints: [endpointRow({ tags: { a: '1', b: '2' } })]
    });
    expect(tagKeys(overview)).toEqual(['a', 'b']);
  });
});

describe('the history by user', () => {
  it('tells each user, and that a cookie says so', async () => {
    const message = "In a shared space users are told by Studio's cookie.";
    const data_quality = [{ code: 'user_by_cookie', message, hint: 'Ask who it was.', subject: null }];
    const user = chargesOf([group({ user: 'ana' }, '3'), group({ user: '<b>bob' }, '2'), group({ user: null }, '1')], {
      totals: [group({}, '6')],
      data_quality
    });
    const shown = await opened({ day: BY_DAY, user });
    await choose(shown, 'by', 'user');
    expect(rows(shown).map(row => row.split(' | ')[0])).toEqual(expect.arrayContaining(['ana', '<b>bob', 'Not known']));
    expect(shown.node.querySelector(`${SECTION} [data-mlcost-note="user_by_cookie"]`)?.textContent).toContain(message);
  });
});
