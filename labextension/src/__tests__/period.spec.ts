import { describe, expect, it } from 'vitest';
import { daysOf, eachDay, type Period } from '../period';

describe('a period', () => {
  const now = new Date('2026-11-30T23:30:00Z');

  it.each<[Period, string, string]>([
    ['this-month', '2026-11-01', '2026-12-01'],
    ['last-7-days', '2026-11-24', '2026-12-01'],
    ['last-30-days', '2026-11-01', '2026-12-01'],
    ['last-month', '2026-10-01', '2026-11-01']
  ])('%s has days of UTC, today among them', (period, first, after) => {
    expect(daysOf(period, now)).toEqual({ first, after });
  });

  it('goes over the turn of a year', () => {
    const january = new Date('2027-01-03T00:00:00Z');
    expect(daysOf('last-month', january)).toEqual({ first: '2026-12-01', after: '2027-01-01' });
    expect(daysOf('last-7-days', january)).toEqual({ first: '2026-12-28', after: '2027-01-04' });
  });
});

describe('each day', () => {
  it('is named once', () => {
    expect(eachDay({ first: '2026-02-27', after: '2026-03-02' })).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  });

  it('is none of what is no period, and few of what is too long', () => {
    expect([eachDay({ first: 'x', after: '2026-03-02' }), eachDay({ first: '2026-03-02', after: '2026-03-02' })]).toEqual([[], []]);
    expect(eachDay({ first: '1000-01-01', after: '2026-01-01' })).toHaveLength(62);
  });
});
