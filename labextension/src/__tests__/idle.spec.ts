import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { Formatter } from '../format';
import { idleSeconds, isIdleForLong } from '../idle';
import { originWords, policyWords, shortPath, signalTitle, untilWords, whenWords, wholeOrigin } from '../idle_words';
import { grows } from '../live';
import { overviewOf } from './documents';
import { activeIdle, idleOf, idleView, lastingIdle, quietRow, setting, signalRow } from './idle';

const trans = nullTranslator.load('mlcost_ext');
const format = new Formatter(trans);
const AS_OF = '2026-11-23T14:00:00Z';

describe('how long a machine has been idle', () => {
  it('goes on after the answer, and never begins below nothing', () => {
    const overview = overviewOf([], { idle: lastingIdle() });
    expect(idleSeconds(overview, 0)).toBe(38 * 60);
    expect(idleSeconds(overview, 22_000)).toBe(38 * 60 + 22);
    const begun = overviewOf([], { idle: lastingIdle({ since: '2026-11-23T14:00:00.700Z' }) });
    expect(idleSeconds(begun, 0)).toBe(0);
  });

  it("is by AWS's clock, as the answer and all times in it", () => {
    const overview = overviewOf([], { idle: lastingIdle(), clock_offset_seconds: 600 });
    expect(idleSeconds(overview, 0)).toBe(38 * 60);
  });

  it.each([
    ['active', activeIdle()],
    ['off', idleOf()],
    ['idle since nobody knows when', lastingIdle({ since: null })],
    ['idle since what is no time', lastingIdle({ since: 'soon' })]
  ])('is not known where it is %s', (_, idle) => {
    expect(idleSeconds(overviewOf([], { idle }), 0)).toBeNull();
  });

  it('is said everywhere from ten minutes on, or once it is overdue', () => {
    const since = (time: string, isOverdue = false): boolean =>
      isIdleForLong(overviewOf([], { idle: lastingIdle({ since: time, is_overdue: isOverdue }) }), 0);
    expect([since('2026-11-23T13:50:00Z'), since('2026-11-23T13:50:01Z'), since('2026-11-23T13:59:00Z', true)]).toEqual([
      true,
      false,
      true
    ]);
    expect(isIdleForLong(overviewOf([], { idle: activeIdle({ is_overdue: true }) }), 0)).toBe(false);
  });

  it('grows by the second, without a price too', () => {
    const still = { ...overviewOf().session, cost_per_hour: null };
    const priceless = lastingIdle({ cost: null, cost_per_hour: null });
    expect(grows(overviewOf([], { session: still, idle: priceless }))).toBe(true);
    expect(grows(overviewOf([], { session: still, idle: activeIdle() }))).toBe(false);
  });
});

describe('when a signal was seen', () => {
  it.each([
    [signalRow(), 'for 2 h 10 min'],
    [signalRow({ active_since: AS_OF }), 'now'],
    [signalRow({ active_since: null }), 'now'],
    [signalRow({ active_since: null, holds_until: '2026-11-23T14:04:00Z', last_active_at: '2026-11-23T13:59:00Z' }), '1 min ago'],
    [quietRow(), '12 min ago'],
    [quietRow({ last_active_at: AS_OF }), 'just now'],
    [quietRow({ last_active_at: null }), 'never yet'],
    [quietRow({ state: 'unknown' }), 'not known']
  ])('is told as of the answer: %#', (row, words) => {
    expect(whenWords(row, AS_OF, format, trans)).toBe(words);
  });

  it('has an end only where it is momentary and counts', () => {
    const until = '2026-11-23T14:04:00Z';
    expect(untilWords(signalRow({ holds_until: until }), format, trans)).toMatch(/^counts until .*\d\d:04$/);
    expect(untilWords(quietRow({ holds_until: until }), format, trans)).toBeNull();
    expect(untilWords(signalRow(), format, trans)).toBeNull();
  });
});

describe('the policy in words', () => {
  it('tells the timeout, whose word it is, and that neither mode stops anything yet', () => {
    expect(policyWords(idleView(), format, trans)).toBe(
      'Stop after 60 min of idleness, by /etc/mlcost/policy.yaml; shadow: nothing is stopped.'
    );
    const settings = [setting({ origin: 'built-in' })];
    expect(policyWords(idleView({ mode: 'on', settings }), format, trans)).toBe(
      'Stop after 60 min of idleness, by the built-in policy; on, but not done yet: nothing is stopped.'
    );
  });

  it('names who wants dear machines stopped earlier', () => {
    const settings = [setting(), setting({ place: 'idle.timeout_by_price', value: 'from 10: 15', origin: '~/own.yaml' })];
    expect(policyWords(idleView({ timeout_minutes: '15', settings }), format, trans)).toContain(
      'after 15 min of idleness, by ~/own.yaml;'
    );
    expect(policyWords(idleView({ timeout_minutes: '60.0', settings }), format, trans)).toContain(
      'after 60 min of idleness, by /etc/'
    );
  });

  it.each([
    ['/etc/mlcost/policy.yaml', '/etc/mlcost/policy.yaml'],
    ['/opt/ml/environments/a-team-with-a-long-name/policy.yaml', '/opt/ml/environment…/policy.yaml'],
    ['/home/ana/.config/mlcost/policy-of-the-second-team.yaml', '/home…cy-of-the-second-team.yaml'],
    [`/a/${'x'.repeat(40)}.yaml`, `/a/xx…${'x'.repeat(21)}.yaml`],
    ['x'.repeat(40), `${'x'.repeat(5)}…${'x'.repeat(26)}`]
  ])('has the end of a long path: %s', (path, words) => {
    expect(shortPath(path)).toBe(words);
    expect(Array.from(words).length).toBeLessThanOrEqual(32);
  });

  it('has no path to tell where it is off', () => {
    const settings = [setting({ origin: `/${'x'.repeat(90)}` })];
    expect(wholeOrigin(idleView({ settings }))).toBe(settings[0].origin);
    expect(wholeOrigin(idleView({ settings, mode: 'off', verdict: idleOf() }))).toBeNull();
  });

  it('says that it is off, and that a value is built in', () => {
    expect(policyWords(idleView({ mode: 'off', verdict: idleOf() }), format, trans)).toBe('Idle shutdown is off.');
    expect(['built-in', 'builtin', '/a'].map(origin => originWords(origin, trans))).toEqual([
      'the built-in policy',
      'the built-in policy',
      '/a'
    ]);
  });

  it('names a signal as its row does, and one without a row by its name', () => {
    expect([signalTitle('kernel_busy', idleView()), signalTitle('scheduled_job', idleView())]).toEqual([
      'A kernel runs code',
      'scheduled job'
    ]);
  });
});
