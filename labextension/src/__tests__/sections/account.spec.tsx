/* eslint-disable jupyter/no-untranslated-string -- these are documents as the server writes them */
import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import type { Overview } from '../../api/types';
import { appRow, awsLoading, awsState, endpointRow, jobRow, kindStates, overviewOf, scheduleRow, warmPoolRow } from '../documents';
import type { FakeSource } from '../fakes';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="account"]';
const EXPIRED = { code: 'credentials_expired', message: 'They have expired.', hint: 'Renew them.', subject: null };
const NO_APPS = { code: 'permission_missing', message: 'This role lacks sagemaker:ListApps.', hint: 'Ask.', subject: null };
const DENIED_APPS = awsState({ kinds: kindStates({ app: { as_of: null, is_denied: true } }) });

let drawn: Drawn | null = null;

/** Draw the panel, and what others run once it is asked for. */
async function show(
  prepare: (source: FakeSource) => void = () => undefined,
  isAllowed = true,
  changes: Partial<Overview> = {}
): Promise<Drawn> {
  drawn = await draw(overviewOf([jobRow({ name: 'my-job' })], { scope_account: isAllowed, ...changes }));
  prepare(drawn.source);
  if (isAllowed) {
    await drawn.click('[data-mlcost-scope="account"] input');
    await act(() => drawn?.model.account.refresh() ?? Promise.resolve());
  }
  return drawn;
}

function withOthers(source: FakeSource): void {
  const theirs = { is_mine: false };
  source.accountJobs = [
    { jobs: [jobRow({ name: 'bobs-job', ...theirs }), jobRow({ name: 'my-job' })], next_cursor: '1' },
    { jobs: [jobRow({ name: 'carols-job', ...theirs })], next_cursor: null }
  ];
  source.accountStanding = {
    endpoints: [endpointRow({ name: 'bobs-endpoint', ...theirs }), endpointRow()],
    apps: [appRow({ name: 'd.bob.JupyterLab.default', title: 'bob', ...theirs })],
    warm_pools: [warmPoolRow(theirs)],
    schedules: [scheduleRow(theirs)]
  };
}

function jobNames({ all }: Pick<Drawn, 'all'>): (string | undefined)[] {
  return all('[data-mlcost-job]').map(node => node.dataset.mlcostJob);
}

afterEach(() => {
  drawn?.remove();
});

describe('the account', () => {
  it('cannot be chosen where it may not be seen', async () => {
    const { all } = await show(undefined, false);
    expect(all('[data-mlcost-scope], [data-mlcost-section="account"]')).toEqual([]);
  });

  it('is asked for only once somebody chooses it', async () => {
    drawn = await draw(overviewOf([], { scope_account: true }));
    expect(drawn.all('input[type="radio"]').map(node => (node as HTMLInputElement).checked)).toEqual([true, false]);
    expect(drawn.source.accountReadings).toBe(0);
  });

  it('shows what others run in place of what is mine, and that no total has it', async () => {
    const { all, text } = await show(withOthers);
    expect(all('[data-mlcost-section]').map(node => node.dataset.mlcostSection)).toEqual(['session', 'scope', 'account']);
    expect(text('[data-mlcost-section="account"] header')).toBe('Others of this accountnot counted in any total');
    expect(jobNames({ all })).toEqual(['bobs-job']);
    expect(all('[data-mlcost-others]').map(node => node.dataset.mlcostOthers)).toEqual([
      'jobs',
      'endpoints',
      'apps',
      'warm-pools',
      'schedules'
    ]);
    expect(all('[data-mlcost-endpoint]').map(node => node.dataset.mlcostEndpoint)).toEqual(['bobs-endpoint']);
  });

  it("shows figures as they were read, which do not move, as of AWS's oldest answer", async () => {
    const aws = awsState({ kinds: kindStates({ notebook: { as_of: '2026-11-23T13:47:00Z' } }) });
    const { text } = await show(withOthers, true, { aws });
    expect(text('[data-mlcost-job="bobs-job"] [data-mlcost-cost]')).toBe('$0.12');
    expect(text(SECTION)).toMatch(/As of .*\d\d:47/);
  });

  it('comes a page at a time; the first row of the new one takes the focus', async () => {
    const { all, click, node } = await show(withOthers);
    node.querySelector<HTMLElement>('[data-mlcost-others="jobs"] [data-mlcost-more]')?.focus();
    await click('[data-mlcost-others="jobs"] [data-mlcost-more]');
    expect(jobNames({ all })).toEqual(['bobs-job', 'carols-job']);
    expect(document.activeElement).toBe(node.querySelector('[data-mlcost-job="carols-job"]'));
  });

  it('leaves the focus in the section where the last page has nothing of others', async () => {
    const { click, node } = await show(source => {
      withOthers(source);
      source.accountJobs = [source.accountJobs[0], { jobs: [jobRow({ name: 'my-other-job' })], next_cursor: null }];
    });
    node.querySelector<HTMLElement>('[data-mlcost-others="jobs"] [data-mlcost-more]')?.focus();
    await click('[data-mlcost-others="jobs"] [data-mlcost-more]');
    expect(document.activeElement?.closest(SECTION)).not.toBeNull();
  });

  it('does not take the focus from where it has gone meanwhile', async () => {
    const { click, node } = await show(withOthers);
    const elsewhere = node.querySelector<HTMLElement>('[data-mlcost-scope="mine"] input');
    elsewhere?.focus();
    await click('[data-mlcost-others="jobs"] [data-mlcost-more]');
    expect(document.activeElement).toBe(elsewhere);
  });

  it('shows fifty endpoints, and all of them when asked', async () => {
    const many = Array.from({ length: 60 }, (_, at) => endpointRow({ name: `endpoint-${at}`, is_mine: false }));
    const { all, click, node } = await show(source => {
      source.accountStanding = { endpoints: many, apps: [], warm_pools: [], schedules: [] };
    });
    expect(all('[data-mlcost-endpoint]')).toHaveLength(50);
    node.querySelector<HTMLElement>('[data-mlcost-others="endpoints"] [data-mlcost-more]')?.focus();
    await click('[data-mlcost-others="endpoints"] [data-mlcost-more]');
    expect(all('[data-mlcost-endpoint]')).toHaveLength(60);
    expect(document.activeElement).toBe(node.querySelector('[data-mlcost-endpoint="endpoint-50"]'));
  });

  it('hands what is to be ended on as what it is: not mine', async () => {
    const { asked, click } = await show(withOthers);
    await click('[data-mlcost-stop="bobs-job"]');
    await click('[data-mlcost-delete="bobs-endpoint"]');
    expect(asked.map(({ what, row }) => [what, row.name, row.is_mine])).toEqual([
      ['job', 'bobs-job', false],
      ['endpoint', 'bobs-endpoint', false]
    ]);
  });

  it('says that nobody else runs anything', async () => {
    const { text } = await show();
    expect(text('[data-mlcost-section="account"] [data-mlcost-state="none"]')).toBe('Nobody else of this account runs anything.');
  });

  it.each([
    ['AWS does not answer', { aws: awsState({ status: 'failed', as_of: '2026-11-23T12:03:00Z' }) }, /^Offline, as of .*carried on/],
    [
      'its sign-in is over',
      { aws: awsState({ status: 'failed', as_of: null }), data_quality: [EXPIRED] },
      /^They have expired\.Renew/
    ],
    ['one kind is denied', { aws: DENIED_APPS, data_quality: [NO_APPS] }, /^This role lacks sagemaker:ListApps\.Ask\.$/]
  ])('does not say so where %s, but what is in the way', async (_, changes: Partial<Overview>, words) => {
    const { all, text } = await show(undefined, true, changes);
    expect(text(`${SECTION} .mlcost-Notice`)).toMatch(words);
    expect(text(`${SECTION} [data-mlcost-state="unknown"]`)).toBe('Whether others run anything is not known.');
    expect(all(`${SECTION} [data-mlcost-state="none"]`)).toEqual([]);
  });

  it('does not say so while something is being read, alone or below what is known', async () => {
    const aws = awsState({ kinds: kindStates({ endpoint: { as_of: null }, processing: { as_of: null } }) });
    const { all, source, text } = await show(undefined, true, { aws });
    expect(text(`${SECTION} [data-mlcost-state="loading"]`)).toBe('Reading what others run…');
    expect(all(`${SECTION} [data-mlcost-state="none"], ${SECTION} [data-mlcost-state="unknown"]`)).toEqual([]);
    withOthers(source);
    await act(() => drawn?.model.account.refresh() ?? Promise.resolve());
    expect(text(`${SECTION} [data-mlcost-state="reading"]`)).toBe('Still reading from AWS: Processing, Endpoints');
  });

  it('does not say so before the first word of AWS', async () => {
    const { all } = await show(undefined, true, { aws: awsLoading({ kinds: [] }) });
    expect(all(`${SECTION} [data-mlcost-state="loading"]`)).toHaveLength(1);
    expect(all(`${SECTION} [data-mlcost-state="none"], ${SECTION} [data-mlcost-state="unknown"]`)).toEqual([]);
  });

  it('says why it cannot be shown', async () => {
    const { all, text } = await show(source => {
      source.accountStanding = new ApiError('scope_not_allowed', 403, 'Not shown here.', 'Ask an administrator.');
    });
    expect(text('[data-mlcost-section="account"] .mlcost-Notice')).toBe('Not shown here.Ask an administrator.');
    expect(all('[data-mlcost-section="account"] [data-mlcost-state="none"]')).toEqual([]);
  });

  it('gives way to what is mine where it may not be seen any more', async () => {
    const { all, refresh, source } = await show(withOthers);
    source.answer(overviewOf([jobRow({ name: 'my-job' })]));
    await refresh();
    expect(jobNames({ all })).toEqual(['my-job']);
  });
});
