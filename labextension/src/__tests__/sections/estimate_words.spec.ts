import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../api/types';
import { Formatter } from '../../format';
import { merged } from '../../panel/sections/estimate_request';
import { durationWords, headlineWords, productOf, rangeWords } from '../../panel/sections/estimate_words';
import { NO_COST, estimateOf } from '../estimates';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

describe('a product', () => {
  it('has all its digits', () => {
    expect(productOf('1.408', '730')).toBe('1027.840');
    expect(productOf('0.000000001', '0.5')).toBe('0.0000000005');
    expect(productOf('3', '24')).toBe('72');
  });

  it('with something unknown is unknown', () => {
    expect([productOf(null, '1'), productOf('1', null), productOf('1e3', '1'), productOf('1', '')]).toEqual([
      null,
      null,
      null,
      null
    ]);
  });
});

describe('the words', () => {
  const duration = (changes: Partial<Estimate['duration_seconds']>): string | null => {
    const { duration_seconds } = estimateOf();
    return durationWords(estimateOf({ duration_seconds: { ...duration_seconds, ...changes } }), format, trans);
  };
  const range = (low: string | null, expected: string | null, high: string | null): string | null =>
    rangeWords(estimateOf({ list_cost: { low, expected, high } }), format, trans);

  it('say who says how long it takes', () => {
    expect(duration({ basis: 'given', expected: 5400 })).toBe('1 h 30 min, as you say.');
    expect(duration({ basis: 'history', sample_size: 1 })).toBe('1 h, as an earlier run took.');
    expect(duration({ basis: 'small_run' })).toBe('1 h, by a small run.');
    expect(duration({ basis: 'stopping_condition' })).toBe('Counted to its time limit of 1 h; it may end before.');
    expect(duration({ basis: 'open_ended', expected: null })).toBe('It has no time limit: it costs for as long as it is there.');
    expect(duration({ expected: null })).toBeNull();
  });

  it('leave out bounds that are not known or say nothing more', () => {
    expect([range('1', '2', '3'), range('2', '2', '3'), range('1', '2', '2'), range('1', '2', null)]).toEqual([
      'From $1.00, at most $3.00',
      'At most $3.00',
      'From $1.00',
      'From $1.00'
    ]);
    expect([range('2', '2', '2'), range(null, '2', '2'), range(null, null, null)]).toEqual([null, null, null]);
  });

  it('call what is known by its limit alone the most', () => {
    const { duration_seconds } = estimateOf();
    const list_cost = { ...NO_COST, expected: '33.792', high: '33.792' };
    const limited = estimateOf({ list_cost, duration_seconds: { ...duration_seconds, basis: 'stopping_condition' } });
    expect(headlineWords(limited, format, trans)).toBe('At most $33.79');
  });
});

describe('a merge patch', () => {
  it('sets, goes into what is nested, takes away, and replaces lists', () => {
    const target = { a: 1, b: { c: 2, d: 3 }, e: [1, 2], f: 'x' };
    expect(merged(target, { b: { c: null, g: { h: null, i: 1 } }, e: [3], f: { j: 1 } })).toEqual({
      a: 1,
      b: { d: 3, g: { i: 1 } },
      e: [3],
      f: { j: 1 }
    });
    expect(merged(target, {})).toEqual(target);
  });

  it('cannot reach what all objects have in common', () => {
    const patch: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    merged({}, patch);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
