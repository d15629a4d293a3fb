import { describe, expect, it } from 'vitest';
import { sumOf } from '../money';

describe('a sum of two amounts', () => {
  it.each([
    ['33.792', '0.14', '33.932'],
    ['0.1', '0.2', '0.3'],
    ['5', '0', '5'],
    ['0', '0.000000001', '0.000000001'],
    ['9007199254740993', '0.5', '9007199254740993.5'],
    ['1.5', '0.5', '2'],
    ['0', '0', '0']
  ])('is exact: %s and %s', (left, right, sum) => {
    expect([sumOf(left, right), sumOf(right, left)]).toEqual([sum, sum]);
  });

  it('is not known where one of them is not, or is no amount', () => {
    expect([sumOf(null, '1'), sumOf('1', null), sumOf('1', '1e3'), sumOf('-1', '1'), sumOf('', '1')]).toEqual(Array(5).fill(null));
  });
});
