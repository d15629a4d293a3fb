import { afterEach, describe, expect, it } from 'vitest';
import type { Overview } from '../../api/types';
import { PRICE, STORAGE_PRICE, overviewOf } from '../documents';
import { draw, type Drawn } from '../render';

let drawn: Drawn | null = null;

async function show(changes: Partial<Overview>): Promise<Drawn> {
  const session = { ...overviewOf().session, price: null, storage_price: null };
  drawn = await draw(overviewOf([], { session, prices: {}, storage_prices: [], ...changes }));
  return drawn;
}

afterEach(() => {
  drawn?.remove();
});

describe('the prices', () => {
  it('are each shown once, by where they come from', async () => {
    const { all, text } = await show({
      prices: { a: PRICE, b: { ...PRICE, instance_type: 'ml.m5.xlarge', list_unit_price: '0.23' } },
      storage_prices: [STORAGE_PRICE, STORAGE_PRICE]
    });
    expect(text('[data-mlcost-prices] .mlcost-Notes-count')).toBe('3');
    expect(all('.mlcost-Source').map(item => item.textContent)).toEqual([
      'Derived, ±0.31 %: EC2 on-demand price times its class constant, as of Dec 5, 2025' +
        'Training · ml.g5.xlarge$1.408 an hourTraining · ml.m5.xlarge$0.23 an hour',
      'Derived: EBS gp2 list price times 1.4, as of Jul 14, 2021Storage-Training$0.14 a GB-month'
    ]);
  });

  it('show a contracted price with the list price beside it', async () => {
    const contracted = { contracted_unit_price: '1.2', price_basis: 'contracted' as const, price_origin: 'rates.yaml, entry 1' };
    const { text } = await show({ prices: { a: { ...PRICE, ...contracted } } });
    expect(text('.mlcost-Source')).toBe(
      'Your contracted rate: rates.yaml, entry 1, as of Dec 5, 2025Training · ml.g5.xlarge$1.20 an hour (list: $1.408 an hour)'
    );
  });

  it('show a contracted price that no list has', async () => {
    const alone = { contracted_unit_price: '1.2', list_unit_price: null };
    const { text } = await show({ prices: { a: { ...PRICE, ...alone } } });
    expect(text('.mlcost-Source-price')).toBe('Training · ml.g5.xlarge$1.20 an hour');
  });

  it('name the region where it is not that of the session', async () => {
    const { text } = await show({ prices: { a: { ...PRICE, region_id: 'eu-west-1' } } });
    expect(text('.mlcost-Source-price')).toBe('Training · ml.g5.xlarge · eu-west-1$1.408 an hour');
  });

  it('are not there where nothing has a price', async () => {
    const { all } = await show({});
    expect(all('[data-mlcost-prices]')).toEqual([]);
  });
});
