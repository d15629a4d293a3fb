import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { dayCost, dayCostWords } from '../day_cost';
import { Formatter } from '../format';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

describe("what a day costs, a thing's instances and its volumes together", () => {
  it.each([
    ['33.66', '0.55', '$34.21 a day'],
    ['33.66', null, 'at least $33.66 a day'],
    [null, '0.55', 'at least $0.55 a day'],
    ['0', '0', '$0.00 a day'],
    [null, '0', null],
    ['0', null, null],
    [null, null, null]
  ])('%s and %s: %s', (cost_per_day, storage_cost_per_day, words) => {
    expect(dayCostWords({ cost_per_day, storage_cost_per_day }, format, trans)).toBe(words);
  });

  it('keeps every digit', () => {
    const parts = { cost_per_day: '33.792000001', storage_cost_per_day: '0.14' };
    expect(dayCost(parts)).toEqual({ amount: '33.932000001', isAtLeast: false });
  });
});
