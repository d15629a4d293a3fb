import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../api/types';
import { awsState, kindStates, overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

let drawn: Drawn | null = null;

async function show(session: Partial<Session>, note?: string): Promise<Drawn> {
  const data_quality = note === undefined ? [] : [{ code: 'host_price_unknown', message: note, hint: 'Set it.', subject: null }];
  drawn = await draw(overviewOf([], { session: { ...overviewOf().session, ...session }, data_quality }));
  return drawn;
}

afterEach(() => {
  drawn?.remove();
});

const SECTION = '[data-mlcost-section="session"]';

describe('the session section', () => {
  it('shows the rate, the machine, and what it has cost', async () => {
    const { text } = await show({});
    expect(text(`${SECTION} [data-mlcost-rate]`)).toBe('$0.05');
    expect(text(SECTION)).toContain('ml.t3.medium · us-east-1');
    expect(text(`${SECTION} [data-mlcost-cost]`)).toMatch(/^\$0\.17\d\d$/);
    expect(text(SECTION)).toContain('Storage, also when stopped$0.02 a day');
  });

  it('keeps the exact figure beside the one it draws', async () => {
    const { all } = await show({});
    expect(all(`${SECTION} [data-mlcost-cost]`)[0].dataset.mlcostCost).toBe('0.1733');
  });

  it('shows day and month only where they are known', async () => {
    const { text } = await show({ cost_today: '0.40', cost_month: '9.31' });
    expect(text(SECTION)).toContain('This machine today$0.40');
    expect(text(SECTION)).toContain('This machine in November$9.31');
    drawn?.remove();
    expect((await show({})).text(SECTION)).not.toContain('today');
  });

  it('says at most of day and month wherever it says so of the session', async () => {
    const { text } = await show({ cost_today: '0.40', cost_month: '9.31', cost_basis: 'at_most' });
    expect(text(SECTION)).toContain('This machine todayat most $0.40');
    expect(text(SECTION)).toContain('This machine in Novemberat most $9.31');
  });

  it('says that there is no price, why, and what to do, and draws no zero', async () => {
    const unpriced = { list_unit_price: null, cost: null, cost_per_hour: null, cost_per_day_when_stopped: null, price: null };
    const { text } = await show(unpriced, 'No price is known for this machine.');
    expect(text('[data-mlcost-state="price-unknown"]')).toBe(
      'No price for this machineNo price is known for this machine. Set it.'
    );
    expect(text(SECTION)).not.toContain('$');
  });

  it('tells where its price comes from when asked', async () => {
    const { click, text } = await show({});
    await click(`${SECTION} button[aria-expanded="false"]`);
    expect(text(`${SECTION} .mlcost-Facts`)).toBe(
      'List price$0.05 an hourRegionus-east-1' +
        'SourceDerived, ±0.31 %: EC2 on-demand price times its class constantAs ofDec 5, 2025' +
        'Storage price$0.112 a GB-monthStorage sourceDerived: EBS gp2 list price times 1.4, as of Jul 14, 2021'
    );
  });

  it('waits for the machine to be read before it says that there is no price', async () => {
    const session = { ...overviewOf().session, list_unit_price: null, cost: null, cost_per_hour: null, price: null };
    const reading = { code: 'session_reading', message: 'm', hint: 'h', subject: null };
    const price = { code: 'host_price_unknown', message: 'm', hint: 'h', subject: null };
    drawn = await draw(overviewOf([], { session, data_quality: [reading, price] }));
    expect(drawn.all(`${SECTION} [data-mlcost-state="loading"] [role="status"]`)).toHaveLength(1);
    expect(drawn.all('[data-mlcost-state="price-unknown"], [data-mlcost-note]')).toEqual([]);
  });

  it.each(['DescribeApp', 'DescribeSpace'])('says itself that %s is denied, since jobs do not need it', async action => {
    const message = `These AWS credentials may not call sagemaker:${action}.`;
    const denied = { code: 'permission_missing', message, hint: 'Ask.', subject: null };
    drawn = await draw(overviewOf([], { data_quality: [denied] }));
    expect(drawn.text(`${SECTION} [data-mlcost-state="no-permission"]`)).toBe(`${message}Ask.`);
    expect(drawn.text('[data-mlcost-section="jobs"]')).toContain('Nothing runs.');
    expect(drawn.all('[data-mlcost-section="jobs"] .mlcost-Notice, [data-mlcost-note]')).toEqual([]);
  });

  it.each([
    ['studio', 'SageMaker Studio'],
    ['unified_studio', 'SageMaker Unified Studio'],
    ['notebook_instance', 'Notebook instance'],
    ['jupyterhub', 'JupyterHub'],
    ['ec2', 'EC2'],
    ['local', 'This computer']
  ])('names the host %s', async (host, words) => {
    const { text } = await show({ host });
    expect(text(`${SECTION} header`)).toBe(`This session${words}`);
  });

  it('says what else stays on costs a day, and for how much of it that is known', async () => {
    const standing = async (changes: object): Promise<Drawn> => {
      drawn?.remove();
      drawn = await draw(overviewOf([], { totals: { ...overviewOf().totals, standing: 3, ...changes } }));
      return drawn;
    };
    expect((await standing({ standing_cost_per_day: '52.1' })).text(SECTION)).toContain('What else stays on$52.10 a day');
    expect((await standing({ standing_cost_per_day: '52.1', standing_unpriced: 1 })).text(SECTION)).toContain(
      'What else stays onat least $52.10 a day'
    );
    expect((await standing({ standing_cost_per_day: '52.1', is_standing_complete: false })).text(SECTION)).toContain(
      'What else stays onat least $52.10 a day'
    );
    expect((await standing({ standing: 0, standing_cost_per_day: '0' })).text(SECTION)).not.toContain('stays on');
    const unpriced = await standing({ standing_cost_per_day: null, standing_unpriced: 3 });
    expect(unpriced.text(SECTION)).toContain('What else stays onunknown');
    await unpriced.click(`${SECTION} [data-mlcost-unknown] button`);
    expect(unpriced.text(`${SECTION} .mlcost-Why`)).toContain('say what each of them lacks');
  });

  it('says that what else stays on is being read, or why it is not known, and never that it is nothing', async () => {
    const { totals } = overviewOf();
    const none = { ...totals, standing_cost_per_day: null, is_standing_complete: false };
    drawn = await draw(overviewOf([], { totals: none, aws: awsState({ kinds: kindStates({ app: { as_of: null } }) }) }));
    expect(drawn.text(SECTION)).toContain('What else stays onbeing read');
    const expired = { code: 'credentials_expired', message: 'They have expired.', hint: 'Renew them.', subject: null };
    const aws = awsState({ status: 'failed' });
    drawn.source.answer(overviewOf([], { totals: { ...none, standing_cost_per_day: '0' }, aws, data_quality: [expired] }));
    await drawn.refresh();
    expect(drawn.text(SECTION)).toContain('What else stays onunknown');
    await drawn.click(`${SECTION} [data-mlcost-unknown] button`);
    expect(drawn.text(`${SECTION} .mlcost-Why`)).toBe('They have expired. Renew them.');
    drawn.source.answer(overviewOf([], { totals: none, aws }));
    await drawn.refresh();
    expect(drawn.text(`${SECTION} .mlcost-Why`)).toBe('AWS has not told what there is.');
  });

  it('draws a cost and a stopped day that are not known as unknown, with the reason at hand', async () => {
    const lacking = { cost: null, started_at: null, cost_per_day_when_stopped: null };
    const data_quality = [
      { code: 'session_start_unknown', message: 'Nobody knows since when.', hint: '', subject: null },
      { code: 'storage_unknown', message: 'Nobody knows how large.', hint: 'Look.', subject: null }
    ];
    drawn = await draw(overviewOf([], { session: { ...overviewOf().session, ...lacking }, data_quality }));
    expect(drawn.text(`${SECTION} .mlcost-Amounts`)).toBe('This sessionunknownStorage, also when stoppedunknown');
    const [cost, stopped] = drawn.all(`${SECTION} [data-mlcost-unknown] button`);
    expect(cost.getAttribute('aria-label')).toBe('Why: This session, unknown');
    act(() => stopped.click());
    expect(drawn.text(`${SECTION} .mlcost-Why`)).toBe('Nobody knows how large. Look.');
    act(() => cost.click());
    expect(drawn.text(`${SECTION} .mlcost-Why`)).toContain('Nobody knows since when.');
  });

  it('says of a disk that nobody counts that it is not counted, and of what AWS is asked for that it is being read', async () => {
    const lacking = { cost: null, cost_per_day_when_stopped: null };
    const own = { code: 'no_storage', message: 'Its own disk.', hint: 'Nothing.', subject: null };
    drawn = await draw(overviewOf([], { session: { ...overviewOf().session, ...lacking }, data_quality: [own] }));
    expect(drawn.text(`${SECTION} .mlcost-Amounts`)).toBe('This sessionunknownStorage, also when stoppednot counted');
    const reading = { code: 'session_reading', message: 'm', hint: 'h', subject: null };
    const session = { ...overviewOf().session, ...lacking, list_unit_price: null, price: null, cost_per_hour: null };
    drawn.source.answer(overviewOf([], { session, data_quality: [reading] }));
    await drawn.refresh();
    expect(drawn.text(`${SECTION} .mlcost-Amounts`)).toBe('This sessionbeing readStorage, also when stoppedbeing read');
  });

  it('says "at most" of what it has cost where AWS tells when its app was created, and not when it was started again', async () => {
    const { text } = await show({ cost_basis: 'at_most' });
    expect(text(`${SECTION} [data-mlcost-cost]`)).toMatch(/^at most \$0\.17\d\d$/);
  });
});
