import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../api/errors';
import type { EndpointRow, Overview } from '../../api/types';
import { endpointThing } from '../../things';
import { STORAGE_PRICE, awsLoading, awsState, endpointRow, forgottenRow, kindStates, overviewOf, partRow } from '../documents';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="endpoints"]';
const ROW = '[data-mlcost-endpoint]';

let drawn: Drawn | null = null;

async function show(endpoints: EndpointRow[], changes: Partial<Overview> = {}): Promise<Drawn> {
  drawn = await draw(overviewOf([], { endpoints, ...changes }));
  return drawn;
}

afterEach(() => {
  drawn?.remove();
});

describe('an endpoint', () => {
  it('shows what it costs a day, what it is, how it stands and when it was called', async () => {
    const { text } = await show([endpointRow({ instance_count: 2, notebook: 'deploy.ipynb' })]);
    expect(text(`${ROW} .mlcost-Row-head`)).toBe('fraud-scoring$5.66 a day');
    expect(text(`${ROW} .mlcost-Row-what`)).toBe('Real-time · 2 × ml.m5.xlarge · deploy.ipynb');
    expect(text(`${ROW} .mlcost-Row-state`)).toBe('In service · called 2 hours ago');
    expect(text(`${ROW} [data-mlcost-delete]`)).toBe('Delete…');
  });

  it('keeps the exact figure beside the one it draws', async () => {
    const { all } = await show([forgottenRow()]);
    expect(all(`${ROW} [data-mlcost-cost]`)[0].dataset.mlcostCost).toBe('33.932');
  });

  it('stands first where it costs and nobody calls it, with a picture and a sentence', async () => {
    const { all, text } = await show([endpointRow({ name: 'used' }), forgottenRow(), endpointRow({ name: 'used-too' })]);
    expect(all(ROW).map(row => row.dataset.mlcostEndpoint)).toEqual(['credit-risk-test', 'used', 'used-too']);
    expect(text('[data-mlcost-forgotten] .mlcost-Row-state')).toBe('Costs $33.93 a day, last called 12 days ago');
    expect(all('[data-mlcost-forgotten] .mlcost-Row-state svg')).toHaveLength(1);
    expect(all('[data-mlcost-forgotten]')).toHaveLength(1);
  });

  it('never draws an unknown cost as zero, and says for want of what', async () => {
    const data_quality = [{ code: 'price_unknown', message: 'No price.', hint: 'See.', subject: 'ml.m5.xlarge' }];
    const unknown = { cost_per_day: null, storage_cost_per_day: null };
    const { all, text } = await show([endpointRow(unknown), forgottenRow(unknown)], { data_quality });
    expect(all('.mlcost-Row-unknown').map(node => node.textContent)).toEqual(['cost unknown', 'price unknown']);
    expect(text(SECTION)).not.toContain('$');
    expect(text('[data-mlcost-forgotten] .mlcost-Row-state')).toBe('Costs, last called 12 days ago');
  });

  it('says of one that costs nothing why', async () => {
    const free = { is_costing: false, cost_per_day: '0', storage_cost_per_day: '0' };
    const { all, text } = await show([
      endpointRow({ ...free, mode: 'serverless', instance_type: null }),
      endpointRow({ ...free, name: 'b', status: 'Creating' })
    ]);
    expect(all('.mlcost-Row-unknown').map(node => node.textContent)).toEqual(['paid by the call', 'no cost now']);
    expect(text(SECTION)).not.toContain('$');
    expect(all('.mlcost-Row-state')[1].textContent).toBe('Being created');
  });

  it('has no button where AWS would take no delete, and says why it failed', async () => {
    const { all, text } = await show([
      endpointRow({ status: 'Failed', can_delete: false, failure_reason: 'CannotStartContainerError' })
    ]);
    expect(all('[data-mlcost-delete]')).toEqual([]);
    expect(text('.mlcost-Row-failure')).toBe('CannotStartContainerError');
    expect(text('.mlcost-Row-state')).toBe('Failed');
  });

  it('writes markup in a name, a tag or a reason as text', async () => {
    const markup = '<img src=x onerror="window.hacked=1">';
    const { click, node, source, text } = await show([
      endpointRow({ name: markup, failure_reason: markup, tags: { team: markup } })
    ]);
    source.details[markup] = endpointRow({ name: markup, parts: [partRow({ name: markup, status: markup })] });
    await click(`${ROW} .mlcost-InfoButton`);
    expect(node.querySelector('img')).toBeNull();
    expect([text('.mlcost-Row-name'), text('.mlcost-Row-failure'), text('.mlcost-Part-name')]).toEqual([markup, markup, markup]);
  });

  it('has its whole name at hand however long it is', async () => {
    const name = `an-endpoint-${'x'.repeat(50)}`;
    const { all } = await show([forgottenRow({ name })]);
    expect(all('.mlcost-Row-name')[0].title).toBe(name);
    expect(all('.mlcost-Pointer-name')[0].textContent).toBe(name);
  });
});

describe('the details of an endpoint', () => {
  it('are its price, its storage and its age, and its variants, read when they are opened', async () => {
    const { all, click, source, text } = await show([endpointRow()]);
    const parts = [
      partRow(),
      partRow({ name: 'shadow', kind: 'shadow_variant', last_use: 'unknown', last_used_at: null, cost_per_day: null }),
      partRow({ name: 'adapter', kind: 'component', instance_count: 2, share: 0.25, cost_per_day: null, status: 'InService' }),
      partRow({
        name: 'small',
        mode: 'serverless',
        instance_type: null,
        memory_size_mb: 2048,
        provisioned_concurrency: 3,
        cost_per_day: null
      })
    ];
    source.details['fraud-scoring'] = endpointRow({ parts });
    expect(source.detailsRead).toEqual([]);
    await click(`${ROW} .mlcost-InfoButton`);
    expect(text('.mlcost-Facts')).toContain('List price$0.23 an hour');
    expect(text('.mlcost-Facts')).toContain('Instances$5.52 a dayStorage$0.14 a day');
    expect(text('.mlcost-Facts')).toContain('Tagsteam: fraud');
    expect(all('[data-mlcost-part]').map(node => node.textContent)).toEqual([
      'AllTraffic$5.52 a dayVariant · Real-time · ml.m5.xlarge · called 2 hours ago',
      'shadowShadow variant · Real-time · ml.m5.xlarge · last call not known',
      'adapterInference component · 2 copies · reserves 25 % of its variant · InService',
      'smallVariant · Serverless · 2,048 MB · 3 kept ready · called 2 hours ago'
    ]);
  });

  it('say where the price of its volumes is from, where there is one, and that a part is not known', async () => {
    const volume = { ...STORAGE_PRICE, component: 'Storage-Hosting' };
    const elsewhere = { ...volume, region_id: 'eu-west-1', list_unit_price: '9' };
    const { click, text } = await show([endpointRow({ cost_per_day: null })], { prices: { a: elsewhere, b: volume } });
    await click(`${ROW} .mlcost-InfoButton`);
    expect(text('.mlcost-Facts')).toContain('Instancescost unknownStorage$0.14 a day');
    expect(text('.mlcost-Facts')).toContain('Storage price$0.14 a GB-monthStorage sourceDerived: EBS gp2');
  });

  it('say why its variants cannot be read', async () => {
    const { click, source, text } = await show([endpointRow()]);
    source.details['fraud-scoring'] = new ApiError('not_found', 404, 'It is not there any more.', 'Look at the list.');
    await click(`${ROW} .mlcost-InfoButton`);
    expect(text(`${ROW} [data-mlcost-state="unknown"]`)).toBe('It is not there any more. Look at the list.');
  });

  it('are not read anew with each overview', async () => {
    const { click, refresh, source } = await show([endpointRow()]);
    source.details['fraud-scoring'] = endpointRow({ parts: [partRow()] });
    await click(`${ROW} .mlcost-InfoButton`);
    source.answer(overviewOf([], { endpoints: [endpointRow()], as_of: '2026-11-23T14:00:10Z' }));
    await refresh();
    expect(source.detailsRead).toEqual(['fraud-scoring']);
  });
});

describe('deleting an endpoint', () => {
  it('is asked for, is said while AWS does it, and once it is gone the focus has somewhere to be', async () => {
    const rows = [forgottenRow(), endpointRow()];
    const { all, asked, click, model, node, refresh, source, text } = await show(rows);
    await click('[data-mlcost-delete="credit-risk-test"]');
    expect(asked).toEqual([{ what: 'endpoint', row: forgottenRow() }]);
    const button = node.querySelector<HTMLElement>('[data-mlcost-delete="credit-risk-test"]');
    button?.focus();
    await act(() => model.actions.end(endpointThing(forgottenRow()), 'a-token'));
    expect(text('[data-mlcost-endpoint="credit-risk-test"] .mlcost-Row-state')).toBe('Deleting…');
    expect([button?.textContent, button?.getAttribute('aria-disabled')]).toEqual(['Deleting…', 'true']);
    expect(all('[data-mlcost-forgotten], [data-mlcost-pointer]')).toEqual([]);
    expect(document.activeElement).toBe(button);

    source.answer(overviewOf([], { endpoints: [endpointRow()] }));
    await refresh();
    expect(all(ROW).map(row => row.dataset.mlcostEndpoint)).toEqual(['fraud-scoring']);
    expect(document.activeElement).toBe(node.querySelector(`${SECTION} button`));
    expect(text(`${SECTION} [aria-live]`)).toBe('credit-risk-test is deleted');
  });

  it('leaves the focus with its section where nothing is left in it', async () => {
    const { click, model, node, refresh, source } = await show([endpointRow()]);
    await click('[data-mlcost-delete]');
    node.querySelector<HTMLElement>('[data-mlcost-delete]')?.focus();
    await act(() => model.actions.end(endpointThing(endpointRow()), 'a-token'));
    source.answer(overviewOf());
    await refresh();
    expect(document.activeElement).toBe(node.querySelector(SECTION));
  });

  it('announces many changes as a count', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const { refresh, source, text } = await show(names.map(name => endpointRow({ name, status: 'Creating' })));
    source.answer(overviewOf([], { endpoints: names.map(name => endpointRow({ name })) }));
    await refresh();
    expect(text(`${SECTION} [aria-live]`)).toBe('4 endpoints have changed their state.');
  });
});

describe('the endpoints section', () => {
  it('says what an endpoint would cost where there is none', async () => {
    const { text } = await show([]);
    expect(text(`${SECTION} [data-mlcost-state="none"]`)).toMatch(
      /^None\. An endpoint costs .* until it is deleted, called or not/
    );
    expect(text(SECTION)).not.toContain('$');
  });

  it('does not say so while they are being read', async () => {
    const { all } = await show([], { aws: awsLoading() });
    expect(all(`${SECTION} [data-mlcost-state="loading"]`)).toHaveLength(1);
    expect(all('[data-mlcost-state="none"]')).toEqual([]);
  });

  it('is not there where AWS cannot be asked; the jobs section says why', async () => {
    const data_quality = [{ code: 'credentials_missing', message: 'm', hint: 'h', subject: null }];
    const { all } = await show([], { aws: awsLoading({ status: 'failed' }), data_quality });
    expect(all(SECTION)).toEqual([]);
  });

  it('names the permission that it lacks', async () => {
    const aws = awsState({ kinds: kindStates({ endpoint: { as_of: null, is_denied: true } }) });
    const note = { code: 'permission_missing', message: 'This role lacks sagemaker:ListEndpoints.', hint: 'Ask.', subject: null };
    const { all, text } = await show([], { aws, data_quality: [note] });
    expect(text(`${SECTION} [data-mlcost-state="no-permission"]`)).toBe('This role lacks sagemaker:ListEndpoints.Ask.');
    expect(all('[data-mlcost-state="none"], [data-mlcost-note], [data-mlcost-section="jobs"] .mlcost-Notice')).toEqual([]);
    expect(text('[data-mlcost-section="jobs"]')).toContain('Nothing runs.');
  });

  it('leaves it to the notes to name what several sections lack', async () => {
    const denied = { as_of: null, is_denied: true };
    const aws = awsState({ kinds: kindStates({ endpoint: denied, app: denied }) });
    const message = 'Not everything can be shown: this role lacks sagemaker:ListApps, sagemaker:ListEndpoints.';
    const { all } = await show([], { aws, data_quality: [{ code: 'permission_missing', message, hint: 'Ask.', subject: null }] });
    expect(all('[data-mlcost-state="no-permission"]').map(node => node.closest('section')?.dataset.mlcostSection)).toEqual([
      'endpoints',
      'apps'
    ]);
    expect(all('[data-mlcost-note="permission_missing"]')).toHaveLength(1);
  });

  it('says how old it is where that is more than a minute', async () => {
    const { all, text, source, refresh } = await show([endpointRow()]);
    expect(all('[data-mlcost-age]')).toEqual([]);
    const kinds = kindStates({ endpoint: { as_of: '2026-11-23T13:57:00Z' } });
    source.answer(overviewOf([], { endpoints: [endpointRow()], aws: awsState({ kinds }) }));
    await refresh();
    expect(text(`${SECTION} [data-mlcost-age]`)).toMatch(/^as of .*\d\d:57$/);
  });

  it('draws fifty of them', async () => {
    const { all } = await show(Array.from({ length: 50 }, (_, at) => endpointRow({ name: `endpoint-${at}` })));
    expect(all(ROW)).toHaveLength(50);
  });
});

describe('what costs for nobody', () => {
  const POINTERS = '[data-mlcost-pointer]';

  it('says how many there are where not all are shown', async () => {
    const { totals } = overviewOf();
    const counted = { ...totals, standing_counts: { ...totals.standing_counts, endpoints: 73 } };
    const { text } = await show([endpointRow()], { totals: counted });
    expect(text('[data-mlcost-section="endpoints"] [data-mlcost-count]')).toBe('73');
    expect(text('[data-mlcost-section="endpoints"] [data-mlcost-cut]')).toBe('1 of 73 are shown, those first that cost the most.');
  });

  it('is named above all else, with its price, and leads to its row', async () => {
    const { all, click, node, text } = await show([endpointRow(), forgottenRow()]);
    expect(all('[data-mlcost-section]').map(each => each.dataset.mlcostSection)).toEqual([
      'session',
      'attention',
      'jobs',
      'findings',
      'endpoints',
      'history',
      'estimate',
      'prices'
    ]);
    expect(text('[data-mlcost-state="forgotten"] .mlcost-Notice-title')).toBe('1 forgotten endpoint costs money');
    expect(all(POINTERS)[0].getAttribute('aria-label')).toBe('Go to endpoint credit-risk-test, $33.93 a day');
    const row = node.querySelector<HTMLElement>('[data-mlcost-endpoint="credit-risk-test"]');
    const scroll = vi.fn();
    Object.assign(row ?? {}, { scrollIntoView: scroll });
    await click(POINTERS);
    expect(document.activeElement).toBe(row);
    expect(scroll).toHaveBeenCalledOnce();
  });

  it('is named three times at most, and counted', async () => {
    const { all, text } = await show(['a', 'b', 'c', 'd', 'e'].map(name => forgottenRow({ name })));
    expect(all(POINTERS).map(each => each.dataset.mlcostPointer)).toEqual(['a', 'b', 'c']);
    expect(text('[data-mlcost-state="forgotten"] .mlcost-Notice-hint')).toBe('and 2 more, under Endpoints');
  });

  it('has no cost where that is unknown, and at least a part of it where that is known', async () => {
    const { refresh, source, text } = await show([forgottenRow({ cost_per_day: null, storage_cost_per_day: null })]);
    expect(text(POINTERS)).toBe('credit-risk-testcost unknown');
    source.answer(overviewOf([], { endpoints: [forgottenRow({ storage_cost_per_day: null })] }));
    await refresh();
    expect(text(POINTERS)).toBe('credit-risk-testat least $33.79 a day');
    expect(text(`${ROW} .mlcost-Row-head`)).toBe('credit-risk-testat least $33.79 a day');
    expect(text('[data-mlcost-forgotten] .mlcost-Row-state')).toBe('Costs at least $33.79 a day, last called 12 days ago');
  });

  it('is not there where all are called', async () => {
    const { all } = await show([endpointRow()]);
    expect(all('[data-mlcost-section="attention"]')).toEqual([]);
  });
});
