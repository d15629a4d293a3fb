import { describe, expect, it } from 'vitest';
import { withPrices } from '../../api/prices';
import { appRow, endpointRow, jobRow, overviewOf, warmPoolRow } from '../documents';

const PRICE = jobRow().price;
const ID = 'us-east-1/Training/ml.g5.xlarge';
const priced = { price: null, price_id: ID };

describe('withPrices', () => {
  it('gives every row the price that the overview has once', () => {
    const overview = overviewOf([jobRow(priced)], {
      prices: PRICE === null ? {} : { [ID]: PRICE },
      endpoints: [endpointRow(priced)],
      warm_pools: [warmPoolRow(priced)],
      apps: [appRow({ ...priced, storage_price: null, storage_price_id: ID })]
    });
    const { jobs, endpoints, warm_pools, apps } = withPrices(overview);
    expect([jobs[0], endpoints[0], warm_pools[0], apps[0]].map(row => row.price)).toEqual([PRICE, PRICE, PRICE, PRICE]);
    expect(apps[0].storage_price).toEqual(PRICE);
  });

  it('leaves unknown what has no price, and what nobody told', () => {
    const overview = overviewOf([jobRow({ price: null, price_id: null }), jobRow(priced)]);
    expect(withPrices(overview).jobs.map(row => row.price)).toEqual([null, null]);
  });
});
