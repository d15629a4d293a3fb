import { act } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import type { Estimate } from '../../api/types';
import { jobRow, overviewOf } from '../documents';
import { NO_COST, SPOT, alternativeOf, endlessOf, estimateOf, lineOf } from '../estimates';
import { draw, type Drawn } from '../render';

const SECTION = '[data-mlcost-section="estimate"]';
const FOLD = `${SECTION} .mlcost-Fold`;
const RESULT = '[data-mlcost-result]';

let drawn: Drawn | null = null;

async function opened(answer: Estimate | Error = estimateOf()): Promise<Drawn> {
  drawn = await draw(overviewOf([jobRow({ instance_type: 'ml.p3.2xlarge' })]));
  drawn.source.estimated = answer;
  await drawn.click(FOLD);
  return drawn;
}

/** Let answers come in. */
async function settle(): Promise<void> {
  await act(() => new Promise(resolve => setTimeout(resolve, 5)));
}

function control({ node }: Drawn, of: string): HTMLInputElement {
  const found = node.querySelector<HTMLInputElement>(`[data-mlcost-estimate="${of}"]`);
  if (found === null) {
    throw new Error(`There is no ${of} here.`);
  }
  return found;
}

function fill(shown: Drawn, of: string, value: string): void {
  const field = control(shown, of);
  act(() => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field) as object, 'value')?.set?.call(field, value);
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
  });
}

async function ask(shown: Drawn): Promise<void> {
  await shown.click('[data-mlcost-estimate="ask"]');
  await settle();
}

/** Open, describe a training job, and ask. */
async function asked(answer?: Estimate | Error): Promise<Drawn> {
  const shown = await opened(answer);
  fill(shown, 'instanceType', 'ml.g5.xlarge');
  await ask(shown);
  return shown;
}

const values = (shown: Drawn): string[] =>
  shown.all(`${SECTION} :is(input, select)`).map(field => (field as HTMLInputElement).value);

afterEach(() => {
  drawn?.remove();
});

describe('the estimate', () => {
  it('is asked for when the form is sent, and not before', async () => {
    drawn = await draw(overviewOf());
    expect(drawn.text(FOLD)).toBe('What would it cost?');
    expect(drawn.all(`${SECTION} form`)).toEqual([]);
    await drawn.click(FOLD);
    fill(drawn, 'instanceType', 'ml.g5.xlarge');
    expect(drawn.source.wishes).toEqual([]);
    await ask(drawn);
    expect(drawn.source.wishes).toHaveLength(1);
  });

  it('has labels for everything, the region of the session, and types to choose from', async () => {
    const shown = await opened();
    const fields = shown.all(`${SECTION} :is(input, select)`) as HTMLInputElement[];
    expect(fields.map(field => field.labels?.[0]?.textContent)).toEqual([
      expect.stringMatching(/^What/),
      'Instance type',
      'Instances',
      'Expected hours',
      'Time limit in hours',
      'Region',
      'Managed Spot'
    ]);
    expect(control(shown, 'regionId').value).toBe('us-east-1');
    expect(shown.all('datalist option').map(option => option.getAttribute('value'))).toEqual(
      expect.arrayContaining(['ml.t3.medium', 'ml.p3.2xlarge', 'ml.g5.xlarge'])
    );
  });

  it('is not asked for without what it takes', async () => {
    const shown = await opened();
    await ask(shown);
    fill(shown, 'instanceType', 'ml.g5.xlarge');
    fill(shown, 'count', '0');
    await ask(shown);
    expect(shown.source.wishes).toEqual([]);
  });

  it('stays when it is folded away', async () => {
    const shown = await asked();
    await shown.click(FOLD);
    expect(shown.all(RESULT)).toEqual([]);
    await shown.click(FOLD);
    expect([control(shown, 'instanceType').value, shown.text('[data-mlcost-headline]')]).toEqual(['ml.g5.xlarge', 'About $1.41']);
  });

  it('is of the later of two questions, whichever is answered first', async () => {
    const shown = await opened();
    fill(shown, 'instanceType', 'ml.g5.xlarge');
    shown.source.delaySeconds = 0.05;
    await shown.click('[data-mlcost-estimate="ask"]');
    expect(shown.text('[data-mlcost-estimate="ask"]')).toBe('Estimating…');
    shown.source.delaySeconds = 0;
    shown.source.estimated = estimateOf({ list_cost: { low: '2', expected: '2', high: '2' } });
    await ask(shown);
    await act(() => new Promise(resolve => setTimeout(resolve, 80)));
    expect(shown.text('[data-mlcost-headline]')).toBe('About $2.00');
  });
});

describe('the request', () => {
  const sent = async (kind: string, more: Record<string, string> = {}): Promise<unknown> => {
    const shown = await opened();
    fill(shown, 'kind', kind);
    Object.entries({ instanceType: 'ml.g5.xlarge', ...more }).forEach(([of, value]) => fill(shown, of, value));
    await ask(shown);
    return shown.source.wishes.at(-1);
  };
  const place = { InstanceType: 'ml.g5.xlarge', InstanceCount: 1 };

  it('of training is that of CreateTrainingJob', async () => {
    expect(await sent('training', { count: '2', hours: '1.5', limit: '0.5', regionId: 'eu-west-1' })).toEqual({
      kind: 'training',
      region_id: 'eu-west-1',
      hours: 1.5,
      request: {
        ResourceConfig: { InstanceType: 'ml.g5.xlarge', InstanceCount: 2, VolumeSizeInGB: 30 },
        StoppingCondition: { MaxRuntimeInSeconds: 1800 },
        EnableManagedSpotTraining: false
      }
    });
  });

  it('of training on Spot says how long it may wait, as AWS wants it', async () => {
    const shown = await opened();
    fill(shown, 'instanceType', 'ml.g5.xlarge');
    await shown.click('[data-mlcost-estimate="isSpot"]');
    await ask(shown);
    expect(shown.source.wishes[0].request).toMatchObject({
      StoppingCondition: { MaxRuntimeInSeconds: 86400, MaxWaitTimeInSeconds: 172800 },
      EnableManagedSpotTraining: true
    });
    expect(shown.source.wishes[0].region_id).toBeUndefined();
  });

  it('of the other kinds is theirs', async () => {
    expect(await sent('processing')).toEqual({
      kind: 'processing',
      request: {
        ProcessingResources: { ClusterConfig: { ...place, VolumeSizeInGB: 30 } },
        StoppingCondition: { MaxRuntimeInSeconds: 86400 }
      }
    });
    drawn?.remove();
    expect(await sent('transform')).toEqual({ kind: 'transform', request: { TransformResources: place } });
    drawn?.remove();
    expect(await sent('endpoint', { count: '3' })).toEqual({
      kind: 'endpoint',
      request: { ProductionVariants: [{ VariantName: 'AllTraffic', InstanceType: 'ml.g5.xlarge', InitialInstanceCount: 3 }] }
    });
    drawn?.remove();
    expect(await sent('notebook')).toEqual({ kind: 'notebook', request: { InstanceType: 'ml.g5.xlarge', VolumeSizeInGB: 5 } });
  });

  it('can be pasted, and its kind is found from its shape', async () => {
    const shown = await opened();
    fill(shown, 'instanceType', 'ml.g5.xlarge');
    fill(shown, 'kind', 'request');
    expect(JSON.parse(control(shown, 'text').value)).toMatchObject({ ResourceConfig: place });
    expect(control(shown, 'textKind').value).toBe('training');
    fill(shown, 'text', '{"AppType": "JupyterLab"}');
    fill(shown, 'textKind', ' ');
    await ask(shown);
    expect(shown.source.wishes).toEqual([{ request: { AppType: 'JupyterLab' } }]);
    fill(shown, 'kind', 'endpoint');
    fill(shown, 'kind', 'request');
    expect(control(shown, 'text').value).toBe('{"AppType": "JupyterLab"}');
  });

  it('that is no JSON object is not sent, and what is wrong is said', async () => {
    const shown = await opened();
    fill(shown, 'kind', 'request');
    for (const text of ["{'TrainingJobName': True}", '[1]', 'null']) {
      fill(shown, 'text', text);
      await ask(shown);
      expect(shown.text(`${SECTION} .mlcost-Notice`)).toMatch(/^What is pasted is no JSON object\.Write names and texts in double/);
    }
    expect(shown.source.wishes).toEqual([]);
  });
});

describe('what came of it', () => {
  it('is read aloud, drawn with its range, its lines and where their prices come from', async () => {
    const shown = await asked(estimateOf({ assumptions: ['runtime: 43 min to 1 h 8 min'] }));
    expect(shown.text(`${SECTION} [aria-live="polite"]`)).toBe('About $1.41. From $1.02, at most $33.79');
    expect(shown.text('[data-mlcost-headline] + div')).toBe(
      'Training · us-east-1From $1.02, at most $33.791 h, by 14 earlier runs.'
    );
    expect(shown.all(`${RESULT} tbody tr`).map(row => row.textContent)).toEqual([
      'ml.g5.xlarge training$1.408 an hourAWS price list, as of Oct 1, 2026$1.41'
    ]);
    expect(shown.all('.mlcost-Estimate-remarks li').map(item => item.textContent)).toEqual(['runtime: 43 min to 1 h 8 min']);
    expect(shown.text(SECTION)?.toLowerCase()).not.toContain('bill');
  });

  it('has an hour, a day and a month of what has no end', async () => {
    const shown = await asked(endlessOf());
    expect(shown.text('[data-mlcost-headline]')).toBe('About $1.41 an hour');
    expect(shown.all(`${RESULT} .mlcost-Pair`).map(pair => pair.textContent)).toEqual(['A day$33.79', 'A month of 730 h$1,027.84']);
    expect(shown.all(`${RESULT} thead th`).map(head => head.textContent)).toEqual(['What is paid for', 'An hour']);
    expect(shown.text(`${RESULT} tbody td`)).toBe('$1.41');
  });

  it('is a lower bound where something has no price, and never zero', async () => {
    const unpriced = {
      description: 'ml.zz9.large training',
      component: 'Training',
      instance_type: 'ml.zz9.large',
      pricing_unit: 'Hours',
      message: 'No source has a price for ml.zz9.large.',
      hint: 'Near it: ml.m5.large.'
    };
    const shown = await asked(estimateOf({ is_complete: false, unpriced: [unpriced] }));
    expect(shown.text('[data-mlcost-headline]')).toBe('At least $1.41');
    expect(shown.text('[data-mlcost-unpriced]')).toBe(
      'ml.zz9.large trainingNo source has a price for ml.zz9.large. Near it: ml.m5.large.price unknown'
    );
    drawn?.remove();
    const none = await asked(estimateOf({ is_complete: false, unpriced: [unpriced], list_cost: NO_COST, lines: [] }));
    expect(none.text('[data-mlcost-headline]')).toBe('Price unknown');
    expect(none.text(RESULT)).not.toMatch(/\$0/);
  });

  it('is in its own currency, and by the rates of a contract where there is one', async () => {
    const contracted_cost = { low: '0.9', expected: '1.2', high: '30' };
    const line = lineOf({ contracted_unit_price: '1.2', contracted_cost, price_basis: 'contracted' });
    const shown = await asked(
      estimateOf({ billing_currency: 'CNY', contracted_cost, lines: [line], alternatives: [alternativeOf()] })
    );
    expect(shown.text('[data-mlcost-headline]')).toBe('About CN¥1.20');
    expect(shown.text(RESULT)).toContain('By your contracted rates; CN¥1.41 by the list.');
    expect(shown.text(`${RESULT} tbody th`)).toContain('CN¥1.20 an hour (list: CN¥1.408 an hour)');
    expect(shown.text('[data-mlcost-alternative]')).toContain('CN¥1.13 by the list');
  });

  it('says what the server could not find out, and draws what it says as text', async () => {
    const note = { code: 'volume_unknown', message: '<img src=x onerror=alert(1)>', hint: 'Say it.' };
    const shown = await asked(estimateOf({ data_quality: [note], lines: [lineOf({ description: '<b>x</b>' })] }));
    expect(shown.text('[data-mlcost-note="volume_unknown"]')).toBe('<img src=x onerror=alert(1)> Say it.');
    expect(shown.all(`${SECTION} :is(img, b)`)).toEqual([]);
  });

  it('is why there is none where the server refuses, in its words; the figure before it goes', async () => {
    const shown = await asked();
    shown.source.estimated = new ApiError('usage', 400, 'There is no kind x.', 'Say which: training.');
    await ask(shown);
    expect(shown.text(`${SECTION} .mlcost-Notice`)).toBe('There is no kind x.Say which: training.');
    expect(shown.all('[data-mlcost-headline]')).toEqual([]);
    shown.source.estimated = new TypeError('Failed to fetch');
    await ask(shown);
    expect(shown.text(`${SECTION} .mlcost-Notice`)).toMatch(/^The estimate could not be made\.Look whether the server/);
    shown.source.estimated = estimateOf();
    await ask(shown);
    expect(shown.all(`${SECTION} .mlcost-Notice`)).toEqual([]);
  });
});

describe('what would cost less', () => {
  const use = async (shown: Drawn, of = 0): Promise<void> => {
    act(() => shown.all('[data-mlcost-alternative] button')[of].click());
    await settle();
  };

  it('is taken into the form and estimated again, and the focus stays here', async () => {
    const shown = await asked(estimateOf({ alternatives: [alternativeOf(), SPOT] }));
    expect(shown.all('[data-mlcost-alternative]').map(row => row.textContent)).toEqual([
      'ml.g6.xlarge$1.13price only; speed unknownUse this',
      'managed Spot$0.51Spot: 64 % less timeUse this'
    ]);
    await use(shown);
    expect(values(shown)).toEqual(['training', 'ml.g6.xlarge', '1', '', '24', 'us-east-1', 'on']);
    expect(shown.source.wishes[1].request).toMatchObject({ ResourceConfig: { InstanceType: 'ml.g6.xlarge', InstanceCount: 1 } });
    expect(document.activeElement).toBe(shown.node.querySelector(RESULT));
    await use(shown, 1);
    expect(control(shown, 'isSpot').checked).toBe(true);
    expect(shown.source.wishes[2].request).toMatchObject({
      EnableManagedSpotTraining: true,
      ResourceConfig: { VolumeSizeInGB: 30 }
    });
  });

  it('changes what was asked for, not what was typed meanwhile', async () => {
    const shown = await asked(estimateOf({ alternatives: [alternativeOf({ change: {}, region_id: 'us-west-2' })] }));
    fill(shown, 'count', '7');
    await use(shown);
    expect(values(shown)).toEqual(['training', 'ml.g5.xlarge', '1', '', '24', 'us-west-2', 'on']);
    expect(shown.source.wishes[1].region_id).toBe('us-west-2');
  });

  it('is of an endpoint by the hour, and goes on as text where the form has no place for it', async () => {
    const change = {
      ProductionVariants: [{ VariantName: 'AllTraffic', ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } }]
    };
    const shown = await opened(endlessOf({ alternatives: [alternativeOf({ change, cost_per_hour: '0.2', list_cost: NO_COST })] }));
    fill(shown, 'kind', 'endpoint');
    fill(shown, 'instanceType', 'ml.g5.xlarge');
    await ask(shown);
    expect(shown.text('[data-mlcost-alternative]')).toContain('$0.20 an hour');
    await use(shown);
    expect(JSON.parse(control(shown, 'text').value)).toEqual(change);
    expect(shown.source.wishes[1]).toEqual({ kind: 'endpoint', region_id: 'us-east-1', request: change });
    await use(shown);
    expect(shown.source.wishes).toHaveLength(3);
  });
});
