import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { Formatter } from '../../format';
import { differenceWords, heldWords, signedWords, withinWords } from '../../panel/sections/calibration_words';
import { calibratedJob, calibrationOf } from '../estimates';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

describe('how estimates have held', () => {
  it.each([
    [calibrationOf(), 'Our 80 % interval held on 47 of your last 60 jobs (78 %).'],
    [calibrationOf({ jobs: 1, intervals: 1, held: 0 }), 'Our 80 % interval held on 0 of your last 1 job (0 %).'],
    [
      calibrationOf({ jobs: 8, intervals: 5, held: 4 }),
      'Our 80 % interval held on 4 of 5 jobs that had one (80 %), among your last 8.'
    ],
    [calibrationOf({ jobs: 3, intervals: 0, held: 0 }), '3 jobs have ended since they were estimated; none had an interval yet.'],
    [calibrationOf({ jobs: 1, intervals: 0, held: 0 }), '1 job has ended since it was estimated; it had no interval yet.'],
    [calibrationOf({ jobs: 0, intervals: 0, held: 0 }), null],
    [null, null]
  ])('is said of %o', (calibration, words) => {
    expect(heldWords(calibration, trans)).toBe(words);
  });
});

describe('why a job cost more or less', () => {
  it.each([
    [{}, '− $0.36: by runtime − $0.35 · by storage − $0.003'],
    [{ difference: '0.5', by_runtime: '-0.25', by_rate: '0.75', by_storage: '0' }, '+ $0.50: by runtime − $0.25 · by rate + $0.75'],
    [{ difference: '0', by_runtime: '0', by_rate: '0', by_storage: '0' }, 'No difference'],
    [{ difference: '0', by_runtime: '-1', by_rate: '1', by_storage: '0' }, 'No difference: by runtime − $1.00 · by rate + $1.00'],
    [{ difference: '-0.00003', by_runtime: '0', by_rate: '0', by_storage: '-0.00003' }, '< $0.0001: by storage < $0.0001']
  ])('is said of %o', (changes, words) => {
    expect(differenceWords(calibratedJob(changes), format, trans).replaceAll('\u00a0', ' ')).toBe(words);
  });

  it('keeps a sign and its amount on one line', () => {
    expect(signedWords('-0.35', format, trans)).toBe('−\u00a0$0.35');
  });

  it('makes no number of what is none', () => {
    expect(['n/a', '-', ''].map(amount => signedWords(amount, format, trans))).toEqual(['not known', 'not known', 'not known']);
  });

  it('has words for whether its interval held', () => {
    const words = [true, false, null].map(is_within => withinWords(calibratedJob({ is_within }), trans));
    expect(words).toEqual([
      ['✓', 'within its interval'],
      ['✗', 'outside its interval'],
      ['–', 'it had no interval']
    ]);
  });
});
