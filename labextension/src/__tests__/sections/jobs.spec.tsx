import { afterEach, describe, expect, it } from 'vitest';
import type { JobRow, Overview } from '../../api/types';
import { finalRow, jobRow, overviewOf } from '../documents';
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
    expect(text('.mlcost-Job-machine')).toBe('Training · 2 × ml.g5.xlarge · train.ipynb');
    expect(text('.mlcost-Job-state')).toBe('Running · 5 min of at most 24 h');
    expect(text('.mlcost-Job-line')).toContain('at most $33.79');
    expect(all('[role="progressbar"]')[0].getAttribute('aria-valuetext')).toBe('5 min of at most 24 h');
  });

  it('writes markup in a name, a tag or a reason as text', async () => {
    const markup = '<img src=x onerror="window.hacked=1">';
    const { node, text, click } = await show([jobRow({ name: markup, failure_reason: markup, tags: { team: markup } })]);
    await click('.mlcost-Job .mlcost-InfoButton');
    expect(node.querySelector('img')).toBeNull();
    expect(text('.mlcost-Job-name')).toBe(markup);
    expect(text('.mlcost-Job-failure')).toBe(markup);
    expect(text('.mlcost-Facts')).toContain(`team: ${markup}`);
  });

  it('never draws an unknown cost as zero', async () => {
    const { text } = await show([jobRow({ cost: null, cost_per_hour: null, price: null })], note('price_unknown', 'ml.g5.xlarge'));
    expect(text(COST)).toBe('price unknown');
    expect(text(`${SECTION} header`)).toBe('Jobs1 running · price unknown');
  });

  it('says "at most" of a Spot job until AWS tells the billable seconds', async () => {
    const { text } = await show([jobRow({ spot: true, cost_basis: 'at_most' })]);
    expect(text('.mlcost-Job-cost')).toMatch(/^at most \$0\.12\d\d$/);
    expect(text('.mlcost-Badge')).toBe('Spot');
  });

  it('shows the billable seconds of one that has ended, and neither bar nor Stop', async () => {
    const { text, all } = await show([finalRow()]);
    expect(text(COST)).toBe('$0.12');
    expect(text('.mlcost-Ended')).toContain('AWS: 312 billable seconds');
    expect(all('[role="progressbar"], [data-mlcost-stop]')).toEqual([]);
  });

  it('never calls an estimate billed', async () => {
    const { click, text } = await show([jobRow()]);
    await click('.mlcost-Job .mlcost-InfoButton');
    expect(text('.mlcost-Facts')).toContain('Run time so far at list price');
    expect(text(SECTION)).not.toMatch(/\bbilled\b/);
  });

  it('says why it failed', async () => {
    const { text } = await show([finalRow({ status: 'Failed', secondary_status: 'Failed', failure_reason: 'AlgorithmError' })]);
    expect(text('.mlcost-Job-state')).toMatch(/^Failed at /);
    expect(text('.mlcost-Job-failure')).toBe('AlgorithmError');
  });

  it('waits without a run time before it is billed', async () => {
    const { text } = await show([
      jobRow({ secondary_status: 'Starting', accrued_seconds: 0, is_accruing: false, cost: '0', cost_per_hour: '0' })
    ]);
    expect(text('.mlcost-Job-state')).toBe('Getting machines, not billed yet');
  });

  it('asks to stop that very job, and says so while AWS does it', async () => {
    const { click, stopped, model, text, all, refresh } = await show([jobRow({ name: 'a' }), jobRow({ name: 'b' })]);
    await click('[data-mlcost-stop="b"]');
    expect(stopped.map(job => job.name)).toEqual(['b']);
    await model.stopJob(stopped[0]);
    await refresh();
    expect(text('[data-mlcost-job="b"] .mlcost-Job-state')).toMatch(/^Stopping…/);
    expect(all('[data-mlcost-stop]').map(node => node.dataset.mlcostStop)).toEqual(['a']);
  });

  it('is announced when its state changes, and only then', async () => {
    const { source, refresh, text } = await show([jobRow()]);
    await refresh();
    expect(text('[aria-live="polite"]')).toBe('');
    source.answer(overviewOf([finalRow()]));
    await refresh();
    expect(text('[aria-live="polite"]')).toBe('bert-ft-031: Completed');
  });
});

describe('the jobs section', () => {
  it('counts what runs and says "at least" where a price is missing', async () => {
    const { text } = await show([jobRow(), jobRow({ name: 'b', cost: null, cost_per_hour: null })]);
    expect(text(`${SECTION} header`)).toMatch(/^Jobs2 running · at least \$0\.12\d\d$/);
  });

  it('says that nothing runs', async () => {
    const { text } = await show([]);
    expect(text('[data-mlcost-state="empty"]')).toMatch(/^Nothing runs\./);
  });

  it('says that jobs are still being read', async () => {
    const { all } = await show([], { aws: { status: 'loading', as_of: null, mode: null, calls_total: 0 } });
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
      aws: { status: 'failed', as_of: '2026-11-23T12:03:00Z', mode: 'search', calls_total: 9 }
    });
    expect(all(`${SECTION} .mlcost-Notice`)).toHaveLength(1);
    expect(text(`${SECTION} .mlcost-Notice`)).toMatch(/^Offline, as of .*What happened\. What to do\./);
  });
});
