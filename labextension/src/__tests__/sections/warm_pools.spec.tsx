import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Overview, WarmPoolRow } from '../../api/types';
import { warmPoolThing } from '../../things';
import { STORAGE_PRICE, awsState, kindStates, overviewOf, scheduleRow, warmPoolRow } from '../documents';
import { draw, type Drawn } from '../render';

let drawn: Drawn | null = null;

async function show(changes: Partial<Overview>): Promise<Drawn> {
  drawn = await draw(overviewOf([], changes));
  return drawn;
}

const pools = (...rows: WarmPoolRow[]): Partial<Overview> => ({ warm_pools: rows });

afterEach(() => {
  drawn?.remove();
});

describe('a warm pool', () => {
  const ROW = '[data-mlcost-warm-pool]';

  it('shows what is kept, until when, and what that has cost', async () => {
    const { text } = await show(pools(warmPoolRow()));
    expect(text(`${ROW} .mlcost-Row-head`)).toMatch(/^churn-warm-003\$0\.93\d\d$/);
    expect(text(`${ROW} .mlcost-Row-what`)).toBe('2 × ml.g5.xlarge · kept after this job');
    expect(text(`${ROW} .mlcost-Row-state`)).toMatch(/^Kept until .*\d\d:40$/);
    expect(text(`${ROW} .mlcost-Row-line`)).toBe('$2.82 an hour, and $0.28 a day for volumesRelease…');
    expect(text('[data-mlcost-section="warm-pools"] header')).toBe('Warm pools1 kept');
  });

  it('never counts down', async () => {
    const { refresh, source, text } = await show(pools(warmPoolRow({ cost: '5', cost_per_hour: '0' })));
    source.answer(overviewOf([], pools(warmPoolRow({ cost: '4.5', cost_per_hour: '0' }))));
    await refresh();
    expect(text(`${ROW} [data-mlcost-cost]`)).toBe('$5.0000');
  });

  it('never draws an unknown cost as zero', async () => {
    const unknown = { cost: null, cost_per_hour: null, storage_cost_per_day: null, until: null };
    const { text } = await show(pools(warmPoolRow(unknown)));
    expect(text(ROW)).toContain('cost unknown');
    expect(text(ROW)).not.toContain('$');
  });

  it('is asked to be released, and says so while AWS does it', async () => {
    const { asked, click, model, text } = await show(pools(warmPoolRow()));
    await click('[data-mlcost-release="churn-warm-003"]');
    expect(asked).toEqual([{ what: 'warm-pool', row: warmPoolRow() }]);
    await act(() => model.actions.end(warmPoolThing(warmPoolRow()), null));
    expect([text(`${ROW} .mlcost-Row-state`), text(`${ROW} .mlcost-EndButton`)]).toEqual(['Releasing…', 'Releasing…']);
  });

  it('tells its price when asked', async () => {
    const { click, text } = await show(pools(warmPoolRow()));
    await click(`${ROW} .mlcost-InfoButton`);
    expect(text(`${ROW} .mlcost-Facts`)).toContain('Instances$67.58 a dayStorage$0.28 a dayList price$1.408 an hour');
    expect(text(`${ROW} .mlcost-Facts`)).not.toContain('Storage price');
    drawn?.remove();
    const prices = { a: { ...STORAGE_PRICE, component: 'Storage-WarmPool' } };
    const priced = await show({ ...pools(warmPoolRow()), prices });
    await priced.click(`${ROW} .mlcost-InfoButton`);
    expect(priced.text(`${ROW} .mlcost-Facts`)).toContain('Storage price$0.14 a GB-month');
  });

  it.each([
    [{ storage_cost_per_day: '0' }, '$2.82 an hour'],
    [{ storage_cost_per_day: null }, 'at least $2.82 an hour'],
    [{ cost_per_hour: null }, 'at least $0.28 a day for volumes']
  ])('says what its instances and volumes cost as far as that is known: %o', async (changes, words) => {
    const { text } = await show(pools(warmPoolRow(changes)));
    expect(text(`${ROW} .mlcost-Row-remark`)).toBe(words);
  });

  it('is not mentioned where there is none', async () => {
    const { all } = await show({});
    expect(all('[data-mlcost-section="warm-pools"], [data-mlcost-section="schedules"]')).toEqual([]);
  });
});

describe('a schedule', () => {
  const ROW = '[data-mlcost-schedule]';

  it('is a quiet line: how often it runs, and what a run costs at most', async () => {
    const { all, text } = await show({ schedules: [scheduleRow()] });
    expect(text(`${ROW} .mlcost-Row-line`)).toBe('Runs every hour; a run costs at most $0.23Stop…');
    expect(all(`${ROW} .mlcost-Row-state`)).toEqual([]);
  });

  it('says which machine it takes and what it watches, in sight and in full in its details', async () => {
    const { click, text } = await show({ schedules: [scheduleRow()] });
    expect(text(`${ROW} .mlcost-Row-what`)).toBe('ml.m5.xlarge · watches fraud-scoring');
    await click(`${ROW} .mlcost-InfoButton`);
    expect(text(`${ROW} .mlcost-Facts`)).toBe('Machineml.m5.xlargeWatchesfraud-scoringRegionus-east-1');
  });

  it('may not be read: then what is denied is said, and what to do', async () => {
    const aws = awsState({ kinds: kindStates({ schedule: { as_of: null, is_denied: true } }) });
    const message = 'This role lacks sagemaker:ListMonitoringSchedules.';
    const denied = { code: 'permission_missing', message, hint: 'Ask for it.', subject: null };
    const { text } = await show({ aws, data_quality: [denied] });
    expect(text('[data-mlcost-section="schedules"] [data-mlcost-state="no-permission"]')).toBe(`${message} Ask for it.`);
  });

  it('says so where what a run costs is not known, and how it stands where it does not run', async () => {
    const { all, text } = await show({
      schedules: [scheduleRow({ high_per_run: null, status: 'Stopped', can_stop: false, instance_type: null, endpoint: null })]
    });
    expect(text(ROW)).toBe('fraud-data-qualityStoppedRuns every hour; what a run costs is not known');
    expect(all('[data-mlcost-stop]')).toEqual([]);
  });

  it('is asked to be stopped', async () => {
    const { asked, click } = await show({ schedules: [scheduleRow()] });
    await click('[data-mlcost-stop="fraud-data-quality"]');
    expect(asked).toEqual([{ what: 'schedule', row: scheduleRow() }]);
  });
});
