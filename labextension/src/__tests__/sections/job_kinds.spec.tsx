import { afterEach, describe, expect, it } from 'vitest';
import type { JobRow, Overview } from '../../api/types';
import { awsState, finalRow, jobRow, kindStates, overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="jobs"]';

let drawn: Drawn | null = null;

async function show(jobs: JobRow[], changes: Partial<Overview> = {}): Promise<Drawn> {
  drawn = await draw(overviewOf(jobs, changes));
  return drawn;
}

/** A tuning job, of whose children twelve are known. */
function tuningRow(changes: Partial<JobRow> = {}): JobRow {
  return jobRow({
    kind: 'tuning',
    name: 'churn-hpo',
    secondary_status: null,
    instance_type: null,
    instance_count: null,
    cost: '4.1236',
    storage_cost: null,
    accrued_seconds: null,
    max_runtime_in_seconds: null,
    high: null,
    price: null,
    is_sum: true,
    children_started: 20,
    children_known: 12,
    ...changes
  });
}

function childRow(name: string, changes: Partial<JobRow> = {}): JobRow {
  return jobRow({ name, parent: 'tuning/churn-hpo', notebook: null, ...changes });
}

afterEach(() => {
  drawn?.remove();
});

describe('a job of another kind', () => {
  it.each([
    ['tuning', 'Tuning'],
    ['processing', 'Processing'],
    ['transform', 'Batch transform'],
    ['automl', 'Autopilot'],
    ['compilation', 'compilation']
  ])('says what it is: %s', async (kind, words) => {
    const { text } = await show([jobRow({ kind })]);
    expect(text('.mlcost-Row-what')).toBe(`${words} · ml.g5.xlarge · train.ipynb`);
  });

  it('gets its machines before it has a start, and is then in progress', async () => {
    const { refresh, source, text } = await show([
      jobRow({ kind: 'processing', secondary_status: null, started_at: null, accrued_seconds: 0, is_accruing: false })
    ]);
    expect(text('.mlcost-Row-state')).toBe('Getting machines, not billed yet');
    source.answer(overviewOf([jobRow({ kind: 'processing', secondary_status: null, max_runtime_in_seconds: 3600 })]));
    await refresh();
    expect(text('.mlcost-Row-state')).toBe('In progress · 5 min of at most 1 h');
  });

  it('is final by its start and end where AWS tells no billable seconds', async () => {
    const { click, text } = await show([finalRow({ kind: 'processing', billable_time_in_seconds: null })]);
    await click('[data-mlcost-job] .mlcost-InfoButton');
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain('FigureFinal: from its start to its end at list price');
  });

  it('prices the volume of a batch transform by its own component', async () => {
    const { click, text } = await show([jobRow({ kind: 'transform' })], {
      storage_prices: overviewOf().storage_prices.map(price => ({ ...price, component: 'Storage-BatchTransform' }))
    });
    await click('[data-mlcost-job] .mlcost-InfoButton');
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain('Storage price$0.14 a GB-month');
  });
});

describe('a job that has started others', () => {
  it('shows their sum, how many of them are in it, and them below it when asked', async () => {
    const { all, click, text } = await show([tuningRow(), childRow('child-1'), childRow('child-2'), jobRow({ name: 'other' })]);
    expect(text('[data-mlcost-job="churn-hpo"] .mlcost-Row-cost')).toMatch(/^at least \$4\.12\d\d$/);
    expect(all('[data-mlcost-job]').map(node => node.dataset.mlcostJob)).toEqual(['churn-hpo', 'other']);
    expect(text('.mlcost-Fold')).toBe('12 of 20 jobs');
    await click('.mlcost-Fold');
    const names = all('[data-mlcost-job="churn-hpo"] ul [data-mlcost-job]').map(node => node.dataset.mlcostJob);
    expect(names).toEqual(['child-1', 'child-2']);
    expect(all('[data-mlcost-job="churn-hpo"] [role="progressbar"]')).toHaveLength(2);
    expect(text('[data-mlcost-job="child-1"] .mlcost-Row-what')).toBe('Training · ml.g5.xlarge');
    expect(text('[data-mlcost-job="churn-hpo"] [data-mlcost-cut]')).toBe('18 more are not shown');
  });

  it('keeps a child that has ended below it, and says what its sum is', async () => {
    const { all, click, text } = await show([
      tuningRow({ children_known: 20 }),
      childRow('done', finalRow({ name: 'done', parent: 'tuning/churn-hpo' }))
    ]);
    expect(all('.mlcost-Ended')).toEqual([]);
    expect(text('.mlcost-Fold')).toBe('20 jobs');
    expect(text('[data-mlcost-job="churn-hpo"] .mlcost-Row-cost')).not.toContain('at least');
    await click('[data-mlcost-job="churn-hpo"] .mlcost-InfoButton');
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain('FigureThe sum of the 20 jobs it has started');
    expect(text('[data-mlcost-job] .mlcost-Facts')).not.toContain('Storage');
  });

  it('says how many there are where none of them is in sight, and nothing where nobody knows', async () => {
    const { refresh, source, text } = await show([tuningRow({ kind: 'automl', children_started: null, children_known: 3 })]);
    expect(text('[data-mlcost-job] .mlcost-Row-remark')).toBe('3 jobs');
    expect(text('[data-mlcost-job] .mlcost-Row-cost')).toContain('at least');
    source.answer(overviewOf([tuningRow({ children_started: null, children_known: null })]));
    await refresh();
    expect(text('[data-mlcost-job] .mlcost-Row-remark')).toBe('');
  });

  it('is named by a child that stands without it, also one of a schedule', async () => {
    const { all } = await show([
      childRow('child-1'),
      jobRow({ kind: 'processing', name: 'run-7', parent: 'schedule/drift', notebook: null })
    ]);
    expect(all('.mlcost-Row-what').map(node => node.textContent)).toEqual([
      'Training · ml.g5.xlarge · of churn-hpo',
      'Processing · ml.g5.xlarge · of drift'
    ]);
  });

  it('is not taken for the parent of the same name in another region', async () => {
    const { all } = await show([tuningRow(), childRow('child-1', { region_id: 'eu-west-1' })]);
    expect(all('[data-mlcost-job]')).toHaveLength(2);
  });
});

describe('a job whose machine AWS has not chosen yet', () => {
  it('may cost from so much to so much', async () => {
    const { text } = await show([jobRow({ instance_type: null, instance_count: null, low: '3.2', high: '7.1', price: null })]);
    expect(text('.mlcost-Row-what')).toBe('Training · machine not chosen yet · train.ipynb');
    expect(text('.mlcost-Row-line')).toContain('at most $3.20 to $7.10');
    drawn?.remove();
    const apart = await show([jobRow({ low: '3.2', high: '7.1', high_leaves_out_storage: true })]);
    expect(apart.text('.mlcost-Row-line')).toContain('at most $3.20 to $7.10, storage apart');
  });
});

describe('what was kept after a job', () => {
  it.each([
    ['Available', 'Its instances are kept for the next job'],
    ['InUse', 'Its instances are in use by the next job'],
    ['Reused', 'Its instances were used by the next job'],
    ['Terminated', 'Its instances were kept, and are given back'],
    ['New', 'New']
  ])('is told in its details: %s', async (warm_pool_status, words) => {
    const { click, text } = await show([finalRow({ warm_pool_status, warm_pool_cost: '0.084', warm_pool_basis: 'final' })]);
    await click('[data-mlcost-job] .mlcost-InfoButton');
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain(`Warm pool${words}Kept, in addition$0.084`);
  });

  it('never counts down, and is never zero where it is unknown', async () => {
    const kept = { warm_pool_status: 'Reused', warm_pool_basis: 'at_most' } as const;
    const { click, refresh, source, text } = await show([finalRow({ ...kept, warm_pool_cost: '0.5' })]);
    await click('[data-mlcost-job] .mlcost-InfoButton');
    source.answer(overviewOf([finalRow({ ...kept, warm_pool_cost: '0.4' })]));
    await refresh();
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain('Kept, in additionat most $0.5000');
    source.answer(overviewOf([finalRow({ ...kept, warm_pool_cost: null })]));
    await refresh();
    expect(text('[data-mlcost-job] .mlcost-Facts')).toContain('Kept, in additioncost unknown');
  });
});

describe('the list of jobs', () => {
  it('shows three that have ended, and the others when asked, the first of which takes the focus', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { all, click, node, text } = await show(names.map(name => finalRow({ name })));
    node.querySelector<HTMLElement>('[data-mlcost-more="ended"]')?.focus();
    expect(all('[data-mlcost-more][aria-expanded]')).toEqual([]);
    expect(all('[data-mlcost-job]').map(node => node.dataset.mlcostJob)).toEqual(['a', 'b', 'c']);
    expect(text('[data-mlcost-more="ended"]')).toBe('2 more that have ended');
    await click('[data-mlcost-more="ended"]');
    expect(all('[data-mlcost-job]')).toHaveLength(5);
    expect(all('[data-mlcost-more]')).toEqual([]);
    expect(document.activeElement).toBe(node.querySelector('[data-mlcost-job="d"]'));
  });

  it('draws fifty that run', async () => {
    const { all } = await show(Array.from({ length: 50 }, (_, at) => jobRow({ name: `job-${at}` })));
    expect(all('[data-mlcost-job]')).toHaveLength(50);
  });

  it('says what the jobs of the last weeks have cost, and how sure that is', async () => {
    const past = { days: 90, jobs: 212, cost: '812.4', unpriced: 0, is_complete: true };
    const { refresh, source, text } = await show([], { past });
    expect(text('[data-mlcost-past]')).toBe('212 training jobs ended in the last 90 days: $812.40');
    source.answer(overviewOf([], { past: { ...past, is_complete: false } }));
    await refresh();
    expect(text('[data-mlcost-past]')).toBe(
      '212 training jobs ended in the last 90 days: at least $812.40 (older ones are still being read)'
    );
    source.answer(overviewOf([], { past: { ...past, jobs: 0, cost: '0' } }));
    await refresh();
    expect(text('[data-mlcost-past]')).toBeUndefined();
  });

  it('says which kinds are still being read, and not that nothing runs', async () => {
    const kinds = kindStates({ processing: { as_of: null }, automl: { as_of: null } });
    const { all, text } = await show([], { aws: awsState({ kinds }) });
    expect(text(`${SECTION} [data-mlcost-state="reading"]`)).toBe('Still reading from AWS: Processing, Autopilot');
    expect(all('[data-mlcost-state="empty"]')).toEqual([]);
  });

  it('does not say that nothing runs where one kind may not be read', async () => {
    const aws = awsState({ kinds: kindStates({ processing: { as_of: null, is_denied: true } }) });
    const note = {
      code: 'permission_missing',
      message: 'This role lacks sagemaker:ListProcessingJobs.',
      hint: 'Ask.',
      subject: null
    };
    const { all, text } = await show([], { aws, data_quality: [note] });
    expect(text(`${SECTION} .mlcost-Notice`)).toBe('This role lacks sagemaker:ListProcessingJobs.Ask.');
    expect(all('[data-mlcost-state="empty"]')).toEqual([]);
  });

  it.each([
    [60, 'AWS asks for fewer requests: read once a minute'],
    [12, 'AWS asks for fewer requests: one every 12 s']
  ])('says that AWS is asked each %d seconds', async (seconds_between_calls, words) => {
    const slowed = { code: 'slowed', message: 'AWS is asked less.', hint: 'Nothing.', subject: null };
    const { all, text } = await show([jobRow()], { aws: awsState({ seconds_between_calls }), data_quality: [slowed] });
    expect(text('[data-mlcost-pace]')).toBe(words);
    expect(all('[data-mlcost-note]')).toEqual([]);
  });

  it('says how old it is', async () => {
    const aws = awsState({
      kinds: kindStates({ training: { as_of: '2026-11-23T13:57:00Z' }, processing: { as_of: '2026-11-23T13:50:00Z' } })
    });
    const { text } = await show([jobRow()], { aws });
    expect(text(`${SECTION} [data-mlcost-age]`)).toMatch(/^as of .*\d\d:57$/);
  });
});
