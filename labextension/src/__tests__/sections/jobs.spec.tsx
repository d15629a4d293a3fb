import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobRow, Overview } from '../../api/types';
import { awsLoading, awsState, finalRow, jobRow, overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

let drawn: Drawn | null = null;

async function show(jobs: JobRow[], changes: Partial<Overview> = {}): Promise<Drawn> {
  drawn = await draw(overviewOf(jobs, changes));
  return drawn;
}

function note(code: string, subject: string | null = null): Partial<Overview> {
  return { data_quality: [{ code, message: 'What happened.', hint: 'What to do.', subject }] };
}

afterEach(() => {
  drawn?.remove();
});

const SECTION = '[data-mlcost-section="jobs"]';
const COST = '[data-mlcost-job] [data-mlcost-cost]';

describe('a job', () => {
  it('shows what it is, what it costs, how long it may run and what that would cost', async () => {
    const { text, all } = await show([jobRow({ instance_count: 2 })]);
    expect(text(COST)).toMatch(/^\$0\.12\d\d$/);
    expect(text('.mlcost-Row-what')).toBe('Training · 2 × ml.g5.xlarge · train.ipynb');
    expect(text('.mlcost-Row-state')).toBe('Running · 5 min of at most 24 h');
    expect(text('.mlcost-Row-line')).toContain('at most $33.79');
    expect(all('[role="progressbar"]')[0].getAttribute('aria-valuetext')).toBe('5 min of at most 24 h');
  });

  it('writes markup in a name, a tag or a reason as text', async () => {
    const markup = '<img src=x onerror="window.hacked=1">';
    const { node, text, click } = await show([jobRow({ name: markup, failure_reason: markup, tags: { team: markup } })]);
    await click('.mlcost-Job .mlcost-InfoButton');
    expect(node.querySelector('img')).toBeNull();
    expect(text('.mlcost-Row-name')).toBe(markup);
    expect(text('.mlcost-Row-failure')).toBe(markup);
    expect(text('.mlcost-Facts')).toContain(`team: ${markup}`);
  });

  it('never draws an unknown cost as zero', async () => {
    const { text } = await show([jobRow({ cost: null, cost_per_hour: null, price: null })], note('price_unknown', 'ml.g5.xlarge'));
    expect(text(COST)).toBe('price unknown');
    expect(text(`${SECTION} header`)).toBe('Jobs1 running · price unknown');
  });

  it('blames a price for an unknown cost only where the price is what lacks', async () => {
    const { text } = await show([jobRow({ cost: null, cost_per_hour: null })], note('job_unreadable', 'bert-ft-031'));
    expect(text(COST)).toBe('cost unknown');
    expect(text(`${SECTION} header`)).toBe('Jobs1 running · cost unknown');
  });

  it('runs or has ended as AWS says, also where AWS has not told when', async () => {
    const { all, text } = await show([finalRow({ ended_at: null, cost_basis: 'at_most', billable_time_in_seconds: null })]);
    expect(text('.mlcost-Ended + .mlcost-mod-ended .mlcost-Row-state')).toBe('Completed');
    expect(text('.mlcost-Row-line')).not.toContain('at most');
    expect(all('[role="progressbar"]')).toEqual([]);
  });

  it('has several machine types where it has a cost and no one type', async () => {
    const { text, source, refresh } = await show([jobRow({ instance_type: null, instance_count: 3, price: null })]);
    expect(text('.mlcost-Row-what')).toBe('Training · several machine types · train.ipynb');
    source.answer(overviewOf([jobRow({ instance_type: null, instance_count: 3, cost: null })]));
    await refresh();
    expect(text('.mlcost-Row-what')).toBe('Training · 3 × machine unknown · train.ipynb');
  });

  it('says "at most" of a Spot job until AWS tells the billable seconds', async () => {
    const { text } = await show([jobRow({ spot: true, cost_basis: 'at_most' })]);
    expect(text('.mlcost-Row-cost')).toMatch(/^at most \$0\.12\d\d$/);
    expect(text('.mlcost-Badge')).toBe('Spot');
  });

  it('shows the billable seconds of one that has ended, and neither bar nor Stop', async () => {
    const { text, all } = await show([finalRow()]);
    expect(text(COST)).toBe('$0.12');
    expect(text('.mlcost-Ended + .mlcost-Job')).toContain('AWS: 312 billable seconds');
    expect(all('[role="progressbar"], [data-mlcost-stop]')).toEqual([]);
  });

  it('never calls an estimate billed', async () => {
    const { click, text } = await show([jobRow()]);
    await click('.mlcost-Job .mlcost-InfoButton');
    expect(text('.mlcost-Facts')).toContain('Run time so far at list price');
    expect(text('.mlcost-Facts')).toContain('Storage price$0.14 a GB-month');
    expect(text(SECTION)).not.toMatch(/\bbilled\b/);
  });

  it('prices no volume where there is none', async () => {
    const { click, text } = await show([jobRow({ storage_cost: '0', storage_cost_per_hour: '0' })]);
    await click('.mlcost-Job .mlcost-InfoButton');
    expect(text('.mlcost-Facts')).toContain('Storage, in addition$0.00Started');
  });

  it('says why it failed', async () => {
    const { text } = await show([finalRow({ status: 'Failed', secondary_status: 'Failed', failure_reason: 'AlgorithmError' })]);
    expect(text('.mlcost-Row-state')).toMatch(/^Failed at /);
    expect(text('.mlcost-Row-failure')).toBe('AlgorithmError');
  });

  it('says that storage comes on top of the most that it can cost, where that leaves it out', async () => {
    const { text } = await show([jobRow({ high_leaves_out_storage: true })]);
    expect(text('.mlcost-Row-line')).toContain('at most $33.79, storage apart');
  });

  it('waits without a run time before it is billed', async () => {
    const { text } = await show([
      jobRow({ secondary_status: 'Starting', accrued_seconds: 0, is_accruing: false, cost: '0', cost_per_hour: '0' })
    ]);
    expect(text('.mlcost-Row-state')).toBe('Getting machines, not billed yet');
  });

  it('asks to stop that very job, and says so while AWS does it', async () => {
    const { click, asked, model, text, all, refresh } = await show([jobRow({ name: 'a' }), jobRow({ name: 'b' })]);
    await click('[data-mlcost-stop="b"]');
    expect(asked.map(({ row }) => row.name)).toEqual(['b']);
    await model.actions.end(jobRow({ name: 'b' }), null);
    await refresh();
    expect(text('[data-mlcost-job="b"] .mlcost-Row-state')).toMatch(/^Stopping…/);
    expect(all('[data-mlcost-stop]').map(node => node.dataset.mlcostStop)).toEqual(['a']);
  });

  it('keeps the focus on its button while it stops, and in its row when it has ended', async () => {
    const { node, click, model, source, asked, refresh, text } = await show([jobRow({ name: 'a' }), jobRow({ name: 'b' })]);
    await click('[data-mlcost-job="a"] .mlcost-InfoButton');
    const row = node.querySelector('[data-mlcost-job="a"]');
    const button = node.querySelector<HTMLElement>('[data-mlcost-stop="a"]');
    button?.focus();
    await act(() => model.actions.end(jobRow({ name: 'a' }), null));
    expect(document.activeElement).toBe(button);
    expect([button?.textContent, button?.getAttribute('aria-disabled')]).toEqual(['Stopping…', 'true']);
    button?.click();
    expect(asked).toEqual([]);

    source.answer(overviewOf([jobRow({ name: 'b' }), finalRow({ name: 'a', status: 'Stopped' })]));
    await refresh();
    expect(node.querySelector('.mlcost-Ended + [data-mlcost-job="a"]')).toBe(row);
    expect(text('[data-mlcost-job="a"] .mlcost-Facts')).toContain('Tags');
    expect(document.activeElement).toBe(row?.querySelector('.mlcost-InfoButton'));
  });
});

describe('what is read aloud', () => {
  const NEWS = '[aria-live="polite"]';

  it("is a change of a job's state, and nothing else", async () => {
    const { source, refresh, text } = await show([jobRow()]);
    await refresh();
    expect(text(NEWS)).toBe('');
    source.answer(overviewOf([finalRow()]));
    await refresh();
    expect(text(NEWS)).toBe('bert-ft-031: Completed');
  });

  it('is not that a row has found its place in the list', async () => {
    const { source, refresh, text } = await show([jobRow()]);
    source.answer(overviewOf([jobRow(), finalRow({ name: 'older' }), jobRow({ name: 'newer' })]));
    await refresh();
    expect(text(NEWS)).toBe('');
  });

  it('is nothing of what is folded away below the job that has started it', async () => {
    const tuning = jobRow({ kind: 'tuning', name: 'hpo', is_sum: true });
    const { source, refresh, text } = await show([tuning, jobRow({ name: 'child', parent: 'tuning/hpo' })]);
    source.answer(overviewOf([tuning, finalRow({ name: 'child', parent: 'tuning/hpo' })]));
    await refresh();
    expect(text(NEWS)).toBe('');
    source.answer(overviewOf([finalRow({ kind: 'tuning', name: 'hpo', is_sum: true })]));
    await refresh();
    expect(text(NEWS)).toBe('hpo: Completed');
  });

  it('is a count where many have changed', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const { source, refresh, text } = await show(names.map(name => jobRow({ name })));
    source.answer(overviewOf(names.map(name => finalRow({ name }))));
    await refresh();
    expect(text(NEWS)).toBe('4 jobs have changed their state.');
  });
});

describe('the jobs section', () => {
  it('counts what runs and says "at least" where a price is missing', async () => {
    const { text } = await show([jobRow(), jobRow({ name: 'b', cost: null, cost_per_hour: null })]);
    expect(text(`${SECTION} header`)).toMatch(/^Jobs2 running · at least \$0\.12\d\d$/);
  });

  it('counts and sums its own rows, whatever they have started', async () => {
    const tuning = jobRow({
      kind: 'tuning',
      name: 'hpo',
      is_sum: true,
      children_started: 3,
      children_known: 3,
      cost: '5.35',
      cost_per_hour: '0'
    });
    const { text } = await show([tuning, ...['a', 'b', 'c'].map(name => jobRow({ name, parent: 'tuning/hpo' }))]);
    expect(text(`${SECTION} header`)).toMatch(/^Jobs1 running · \$5\.35\d\d$/);
  });

  it('says "at least" as long as not all was read, or a row of it does', async () => {
    const { totals } = overviewOf([jobRow()]);
    const { refresh, source, text } = await show([jobRow()], { totals: { ...totals, is_complete: false } });
    expect(text(`${SECTION} header`)).toMatch(/^Jobs1 running · at least \$0\.12\d\d$/);
    const half = jobRow({ kind: 'tuning', is_sum: true, children_started: 20, children_known: 12 });
    source.answer(overviewOf([half]));
    await refresh();
    expect(text(`${SECTION} header`)).toMatch(/^Jobs1 running · at least /);
    source.answer(overviewOf([{ ...half, children_known: 20 }]));
    await refresh();
    expect(text(`${SECTION} header`)).toMatch(/^Jobs1 running · \$/);
  });

  it('says how many it shows of those that run', async () => {
    const { totals } = overviewOf([jobRow()]);
    const many = { ...totals, running: 1000, launched_running: 1000 };
    const { text, source, refresh, all } = await show([jobRow()], { totals: many });
    expect(text('[data-mlcost-cut]')).toBe('1 of 1,000 running jobs are shown: the dearest and the newest.');
    expect(text(`${SECTION} header`)).toMatch(/^Jobs1,000 running/);
    source.answer(overviewOf([jobRow()], { totals: { ...many, launched_running: 12 } }));
    await refresh();
    expect(text('[data-mlcost-cut]')).toContain('counting those that other jobs have started');
    source.answer(overviewOf([jobRow()]));
    await refresh();
    expect(all('[data-mlcost-cut]')).toEqual([]);
  });

  it('says that nothing runs, also where AWS is asked another way than was tried first', async () => {
    const denied = { code: 'permission_missing', message: 'No sagemaker:Search.', hint: 'Ask.', subject: null };
    const { text, source, refresh, all } = await show([], { data_quality: [denied] });
    expect(text('[data-mlcost-state="no-permission"]')).toContain('sagemaker:Search');
    expect(text('[data-mlcost-state="empty"]')).toMatch(/^Nothing runs\./);
    const both = { ...denied, message: 'No sagemaker:Search and sagemaker:ListTrainingJobs.' };
    source.answer(overviewOf([], { data_quality: [both] }));
    await refresh();
    expect(all('[data-mlcost-state="empty"]')).toEqual([]);
  });

  it('only remarks what is denied in another region', async () => {
    const { all, text } = await show([], note('permission_missing', 'eu-west-1'));
    expect(all('.mlcost-mod-warning[data-mlcost-note="permission_missing"]')).toHaveLength(1);
    expect(all(`${SECTION} .mlcost-Notice`)).toEqual([]);
    expect(text('[data-mlcost-state="empty"]')).toMatch(/^Nothing runs\./);
  });

  it.each(['loading', 'off'] as const)('draws that nothing asks AWS instead of waiting for it (%s)', async status => {
    const { all, text } = await show([], { ...note('reader_trouble'), aws: awsLoading({ status }) });
    expect(text(`${SECTION} [data-mlcost-state="offline"]`)).toBe('What happened.What to do.');
    expect(all('[data-mlcost-state="loading"], [data-mlcost-note]')).toEqual([]);
  });

  it('does not stay blank where only a remark says why nothing is known', async () => {
    const aws = awsLoading({ status: 'failed' });
    const { all, text } = await show([], { ...note('metadata_broken'), aws });
    expect(text(`${SECTION} [data-mlcost-state="unknown"]`)).toBe('What runs is not known; "About these numbers" says why.');
    expect(all('[data-mlcost-note="metadata_broken"]')).toHaveLength(1);
  });

  it('draws a wrong clock as what is in the way where AWS is not read for it', async () => {
    const aws = awsLoading({ status: 'failed' });
    const { all, text } = await show([], { ...note('clock_differs'), aws });
    expect(text(`${SECTION} [data-mlcost-state="offline"]`)).toBe('What happened.What to do.');
    expect(all('[data-mlcost-note]')).toEqual([]);
  });

  it('says that nothing runs', async () => {
    const { text } = await show([]);
    expect(text('[data-mlcost-state="empty"]')).toMatch(/^Nothing runs\./);
  });

  it('says that jobs are still being read', async () => {
    const { all } = await show([], { aws: awsLoading() });
    expect(all(`${SECTION} [data-mlcost-state="loading"]`)).toHaveLength(1);
  });

  it.each([
    ['permission_missing', 'no-permission'],
    ['credentials_missing', 'no-credentials'],
    ['credentials_expired', 'no-credentials'],
    ['region_missing', 'no-region'],
    ['network_unreachable', 'offline']
  ])('draws %s first, with what to do', async (code, state) => {
    const { text, all } = await show([], note(code));
    expect(text(`${SECTION} [data-mlcost-state="${state}"]`)).toBe('What happened.What to do.');
    expect(all('[data-mlcost-state="empty"]')).toEqual([]);
  });

  it('says since when AWS has been silent, once, with the reason', async () => {
    const { all, text } = await show([jobRow()], {
      ...note('network_unreachable'),
      aws: awsState({ status: 'failed', as_of: '2026-11-23T12:03:00Z' })
    });
    expect(all(`${SECTION} .mlcost-Notice`)).toHaveLength(1);
    expect(text(`${SECTION} .mlcost-Notice`)).toMatch(/^Offline, as of .*What happened\. What to do\./);
  });
});
