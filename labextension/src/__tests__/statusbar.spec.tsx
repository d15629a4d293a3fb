import * as React from 'react';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors';
import type { Overview } from '../api/types';
import { OverviewModel } from '../model';
import { StatusItem } from '../statusbar/item';
import { awsState, jobRow, kindStates, overviewOf } from './documents';
import { FakeSource } from './fakes';
import { activeIdle, lastingIdle } from './idle';
import { costOf } from './render';

let node: HTMLElement;
let root: Root;
let source: FakeSource;
let model: OverviewModel;
const open = vi.fn();

async function show(answer: Overview | Error): Promise<HTMLElement> {
  source.answer(answer);
  await act(() => model.refresh());
  return node.querySelector<HTMLElement>('[data-mlcost-status]') ?? node;
}

beforeEach(() => {
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source });
  model.watch();
  node = document.body.appendChild(document.createElement('div'));
  root = createRoot(node);
  act(() => root.render(<StatusItem cost={costOf(model)} isShown={true} open={open} />));
});

afterEach(() => {
  act(() => root.unmount());
  model.dispose();
  node.remove();
});

describe('the status item', () => {
  it('shows the rate of the session and what the running jobs cost', async () => {
    const item = await show(overviewOf([jobRow()]));
    expect(item.textContent).toMatch(/^\$0\.05\/h · 1 job, \$0\.12\d\d so far$/);
    expect(item.getAttribute('aria-label')).toBe('This session: $0.05 an hour. 1 job runs. $0.12 so far. Open the cost panel.');
  });

  it('shows the rate alone while nothing runs', async () => {
    expect((await show(overviewOf())).textContent).toBe('$0.05/h');
  });

  it('shows no zero where there is no price', async () => {
    const session = { ...overviewOf().session, list_unit_price: null, cost: null, cost_per_hour: null };
    expect((await show(overviewOf([], { session }))).textContent).toBe('no price');
  });

  it('says "at least" where a price is missing, in sight and aloud', async () => {
    const item = await show(overviewOf([jobRow(), jobRow({ name: 'b', cost: null, cost_per_hour: null })]));
    expect(item.textContent).toMatch(/^\$0\.05\/h · 2 jobs, at least \$0\.12\d\d so far$/);
    expect(item.title).toContain('2 jobs run. At least $0.12 so far.');
  });

  it('draws no sum where nothing that runs has a price', async () => {
    const item = await show(overviewOf([jobRow({ cost: null, cost_per_hour: null })]));
    expect(item.textContent).toBe('$0.05/h · 1 job, cost unknown');
    expect(item.title).toContain('1 job runs. What they cost is not known.');
  });

  it('says that no job runs only where that is known', async () => {
    const { totals } = overviewOf();
    expect((await show(overviewOf())).title).toContain('No job runs.');
    const unknown = await show(overviewOf([], { totals: { ...totals, running_cost: null } }));
    expect(unknown.title).toContain('What runs is not known.');
    const denied = { code: 'permission_missing', message: 'No sagemaker:ListTrainingJobs.', hint: '', subject: null };
    expect((await show(overviewOf([], { data_quality: [denied] }))).title).toContain('What runs is not known.');
  });

  it('does not say that no job runs while some kinds are still being read', async () => {
    const aws = awsState({ kinds: kindStates({ processing: { as_of: null } }) });
    expect((await show(overviewOf([], { aws }))).title).toContain('What runs is not known.');
  });

  it('says aloud what else stays on, in its tooltip too', async () => {
    const { totals } = overviewOf();
    const title = async (changes: object): Promise<string> =>
      (await show(overviewOf([], { totals: { ...totals, standing: 3, ...changes } }))).title;
    expect(await title({ standing_cost_per_day: '52.1' })).toContain('What else stays on costs $52.10 a day.');
    expect(await title({ standing_cost_per_day: '52.1', standing_unpriced: 1 })).toContain('costs at least $52.10 a day.');
    expect(await title({ standing_cost_per_day: null })).toContain('What else stays on costs an amount that is not known.');
    expect(await title({ standing_cost_per_day: '52.1', is_standing_complete: false })).toContain('costs at least $52.10 a day.');
    expect(await title({ standing: 0, standing_cost_per_day: '0' })).not.toContain('stays on');
    const aws = awsState({ kinds: kindStates({ app: { as_of: null } }) });
    const unread = overviewOf([], { aws, totals: { ...totals, standing_cost_per_day: null, is_standing_complete: false } });
    expect((await show(unread)).title).toContain('What else stays on is being read.');
  });

  it('counts what people launched, with what that has started in the sum', async () => {
    const tuning = jobRow({
      kind: 'tuning',
      name: 'hpo',
      is_sum: true,
      children_started: 3,
      children_known: 3,
      cost: '5.35',
      cost_per_hour: '0'
    });
    const children = ['a', 'b'].map(name => jobRow({ name, parent: 'tuning/hpo', cost_per_hour: '0' }));
    const item = await show(overviewOf([tuning, ...children]));
    expect(item.textContent).toBe('$0.05/h · 1 job, $5.3500 so far');
    expect(item.title).toContain('1 job runs. $5.35 so far.');
  });

  it('says "at least" as long as not all was read', async () => {
    const overview = overviewOf([jobRow()]);
    const item = await show({ ...overview, totals: { ...overview.totals, is_complete: false } });
    expect(item.textContent).toMatch(/ · 1 job, at least \$0\.12\d\d so far$/);
    expect(item.title).toContain('At least $0.12 so far.');
  });

  it('says since when AWS has been silent while it counts on, in sight and aloud', async () => {
    const failed = awsState({ status: 'failed', as_of: '2026-11-23T12:03:00Z' });
    const item = await show(overviewOf([jobRow()], { aws: failed }));
    expect(item.textContent).toMatch(/ so far · AWS as of .*\d\d:03$/);
    expect(item.title).toMatch(/^AWS as of .*\d\d:03: what runs is carried on as if nothing had changed\. This session: /);
    expect(item.getAttribute('aria-label')).toBe(item.title);
  });

  it('says so of AWS that is not asked for a while, and of one that never was read, and not of one that answers', async () => {
    const text = async (changes: object): Promise<string | null> =>
      (await show(overviewOf([], { aws: awsState(changes) }))).textContent;
    expect(await text({ status: 'off', as_of: '2026-11-23T12:03:00Z' })).toMatch(/ · AWS as of .*\d\d:03$/);
    expect(await text({ status: 'off' })).toBe('$0.05/h');
    expect(await text({ as_of: '2026-11-23T12:03:00Z' })).toBe('$0.05/h');
    expect(await text({ status: 'failed', as_of: null, kinds: [] })).toBe('$0.05/h · AWS not read');
    expect(await text({ status: 'failed', as_of: null })).toBe('$0.05/h');
    const oldest = kindStates({ training: { as_of: '2026-11-23T11:07:00Z' } });
    expect(await text({ status: 'failed', as_of: null, kinds: oldest })).toMatch(/ · AWS as of .*\d\d:07$/);
  });

  it('waits for the machine of the session before it says that there is no price', async () => {
    const session = { ...overviewOf().session, list_unit_price: null, price: null, cost: null, cost_per_hour: null };
    const data_quality = [{ code: 'session_reading', message: 'm', hint: 'h', subject: null }];
    const item = await show(overviewOf([], { session, data_quality }));
    expect(item.textContent).toBe('Cost …');
    expect(item.title).not.toContain('No price');
  });

  it('says first that its figures stand still, why and since when', async () => {
    await show(overviewOf());
    const item = await show(new TypeError('Failed to fetch'));
    expect(item.textContent).toMatch(/^\$0\.05\/h · offline, as of /);
    expect(item.getAttribute('aria-label')).toMatch(
      /^Offline: Jupyter's server does not answer\. Figures as of .*\d\d:\d\d\. This session: /
    );
    const gone = await show(new ApiError('', 404, '', ''));
    expect(gone.getAttribute('aria-label')).toMatch(/^The server half of mlcost-ext is not running\. Figures as of /);
  });

  it('says aloud that it is still reading', () => {
    expect(node.querySelector('[data-mlcost-status="loading"]')?.getAttribute('aria-label')).toMatch(/^Costs are being read\./);
  });

  it('says that the user is signed out', async () => {
    const refused = new ApiError('', 401, '', '');
    expect((await show(refused)).textContent).toBe('Cost: signed out');
    await show(overviewOf());
    const item = await show(refused);
    expect(item.textContent).toMatch(/^\$0\.05\/h · signed out, as of /);
    expect(item.title).toMatch(/^You are signed out\. Figures as of /);
  });

  it('says that the server answers with an error, or lets the user see nothing', async () => {
    expect((await show(new ApiError('internal_error', 500, '', ''))).textContent).toBe('Cost: error');
    expect((await show(new ApiError('forbidden', 403, '', ''))).textContent).toBe('Cost: not allowed');
    await show(overviewOf());
    const failed = await show(new ApiError('internal_error', 500, '', ''));
    expect(failed.textContent).toMatch(/^\$0\.05\/h · error, as of /);
    expect(failed.title).toMatch(/^Jupyter's server answers with an error\. Figures as of /);
    const forbidden = await show(new ApiError('forbidden', 403, '', ''));
    expect(forbidden.textContent).toMatch(/^\$0\.05\/h · not allowed, as of /);
    expect(forbidden.title).toMatch(/^You are not allowed to see costs here\. Figures as of /);
  });

  it('says for how long the machine has been idle once that is ten minutes, or it is overdue', async () => {
    const item = await show(overviewOf([], { idle: lastingIdle() }));
    expect(item.textContent).toBe('$0.05/h · idle 38 min');
    expect(item.title).toMatch(/ an hour\. This machine has been idle since .*\d\d:22\. No job runs\./);
    expect(item.getAttribute('aria-label')).toBe(item.title);
    const lately = lastingIdle({ since: '2026-11-23T13:59:00Z' });
    expect((await show(overviewOf([], { idle: lately }))).textContent).toBe('$0.05/h');
    const overdue = await show(overviewOf([], { idle: { ...lately, is_overdue: true, stops_at: '2026-11-23T14:00:00Z' } }));
    expect(overdue.textContent).toBe('$0.05/h · idle 1 min');
    expect(overdue.title).toMatch(/idle since .*\d\d:59, and would have been stopped at .*\d\d:00\./);
    const active = await show(overviewOf([], { idle: activeIdle() }));
    expect([active.textContent, active.title.includes('idle')]).toEqual(['$0.05/h', false]);
  });

  it('has nothing that is read aloud as it ticks', async () => {
    const item = await show(overviewOf([jobRow()], { idle: lastingIdle() }));
    expect(item.textContent).toContain(' · idle 38 min');
    expect(item.querySelectorAll('[aria-live], [role="status"], [role="alert"]')).toHaveLength(0);
    expect(item.closest('[aria-live], [role="status"], [role="alert"]')).toBeNull();
  });

  it('opens the panel by mouse and by keyboard', async () => {
    const item = await show(overviewOf());
    item.click();
    item.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    item.dispatchEvent(new KeyboardEvent('keydown', { key: 'x', bubbles: true }));
    expect(open).toHaveBeenCalledTimes(2);
  });
});
