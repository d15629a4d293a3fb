import { describe, expect, it } from 'vitest';
import type { ChargeGroup } from '../api/types';
import { chargeTables, dearestDay, fractionOf, type ChargeTable } from '../charge_table';
import type { By, HistoryPicture } from '../history';
import { chargesOf, group } from './charges';

const NOW = new Date('2026-11-23T14:00:00Z');

function pictureOf(by: By, days: ChargeGroup[], parts: ChargeGroup[], totals: ChargeGroup[]): HistoryPicture {
  const ofDays = chargesOf(days, { totals });
  return {
    question: { period: 'this-month', by, tagKey: '' },
    span: { first: '2026-11-01', after: '2026-12-01' },
    days: ofDays,
    parts: by === 'day' ? ofDays : chargesOf(parts, { totals, group_by: [by] })
  };
}

function states({ days }: ChargeTable): Record<string, number> {
  const counts: Record<string, number> = {};
  days.forEach(({ is }) => (counts[is] = (counts[is] ?? 0) + 1));
  return counts;
}

describe('a table of charges', () => {
  it('has every day of the month, those without charges and those to come as well', () => {
    const days = [group({ day: '2026-11-02' }, '2'), group({ day: '2026-11-23' }, '1')];
    const [table] = chargeTables(pictureOf('day', days, [], [group({}, '3')]), NOW, '2026-11-02T04:12:00Z');
    expect(table.days).toHaveLength(30);
    expect(states(table)).toEqual({ before: 1, open: 22, ahead: 7 });
    expect(table.days.filter(day => day.group !== null).map(({ day }) => day)).toEqual(['2026-11-02', '2026-11-23']);
    expect(table.rows.map(row => row.keys.day)).toEqual(['2026-11-23', '2026-11-02']);
    expect(dearestDay(table.days)?.day).toBe('2026-11-02');
  });

  it('has the dearest first, then what is not known, then the rest', () => {
    const rest = group({}, '99', { is_rest: true });
    const parts = [group({ service: 'a' }, '2'), rest, group({ service: 'b' }, null), group({ service: 'c' }, '10')];
    const [table] = chargeTables(pictureOf('service', [], parts, [group({}, '111')]), NOW, null);
    expect(table.rows.map(row => row.keys.service ?? 'rest')).toEqual(['c', 'a', 'b', 'rest']);
    expect(dearestDay(table.days)).toBeNull();
  });

  it('is one for each currency', () => {
    const yuan = { billing_currency: 'CNY' };
    const days = [group({ day: '2026-11-02' }, '2'), group({ day: '2026-11-02' }, '7', yuan)];
    const tables = chargeTables(pictureOf('day', days, [], [group({}, '2'), group({}, '7', yuan)]), NOW, null);
    expect(tables.map(({ currency, rows }) => [currency, rows.map(row => row.contracted_cost)])).toEqual([
      ['USD', ['2']],
      ['CNY', ['7']]
    ]);
  });
});

describe('a fraction', () => {
  it('is one between nothing and all', () => {
    expect([fractionOf('1', '4'), fractionOf(null, 4), fractionOf('1', '0'), fractionOf('9', 4), fractionOf('1', null)]).toEqual([
      0.25, 0, 0, 1, 0
    ]);
  });
});
