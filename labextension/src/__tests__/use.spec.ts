import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { Formatter } from '../format';
import { lastUseWords, wasCalledLately, type Use } from '../use';

const AS_OF = '2026-11-23T14:00:00Z';
const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);

function seen(last_used_at: string | null): Use {
  return { last_use: 'seen', last_used_at };
}

describe('the last use of an endpoint', () => {
  it.each([
    ['2026-11-23T13:30:00Z', 'called within the last hour'],
    ['2026-11-23T14:30:00Z', 'called within the last hour'],
    ['2026-11-23T13:00:00Z', 'called 1 hour ago'],
    ['2026-11-23T11:00:00Z', 'called 3 hours ago'],
    ['2026-11-22T14:00:00Z', 'called 24 hours ago'],
    ['2026-11-22T13:00:00Z', 'last called 1 day ago'],
    ['2026-11-11T00:00:00Z', 'last called 13 days ago'],
    ['2026-11-11T15:00:00Z', 'last called 12 days ago'],
    ['2026-10-12T12:00:00Z', 'last called Oct 12'],
    ['nonsense', 'last call not known'],
    [null, 'last call not known']
  ])('at %s is said to be "%s"', (at, words) => {
    expect(lastUseWords(seen(at), null, AS_OF, format, trans)).toBe(words);
  });

  it('is none as far back as was looked, or since it exists', () => {
    const none: Use = { last_use: 'none_seen', last_used_at: null };
    expect(lastUseWords(none, '2026-09-01T00:00:00Z', AS_OF, format, trans)).toBe('not called in the last 30 days');
    expect(lastUseWords(none, null, AS_OF, format, trans)).toBe('not called in the last 30 days');
    expect(lastUseWords(none, '2026-11-20T12:00:00Z', AS_OF, format, trans)).toBe('never called since it was created Nov 20');
  });

  it('is not known where nobody could tell, and then not called late either', () => {
    const unknown: Use = { last_use: 'unknown', last_used_at: null };
    expect(lastUseWords(unknown, null, AS_OF, format, trans)).toBe('last call not known');
    expect([unknown, seen('2026-11-23T01:00:00Z'), seen('2026-11-22T01:00:00Z')].map(use => wasCalledLately(use, AS_OF))).toEqual([
      false,
      true,
      false
    ]);
  });
});
