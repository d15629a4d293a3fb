import { nullTranslator } from '@jupyterlab/translation';
import { describe, expect, it } from 'vitest';
import { priceFacts, storageFacts } from '../../components/price';
import { Formatter } from '../../format';
import type { ICost } from '../../tokens';
import { PRICE, STORAGE_PRICE } from '../documents';

const trans = nullTranslator.load('mlcost_ext');
const cost = { format: new Formatter(trans, 'en-US'), trans } as unknown as ICost;

const LIST = {
  price_source: 'shipped-snapshot',
  price_origin: 'AWS price page',
  price_as_of: '2025-12-05',
  price_basis: 'observed',
  error_percent: null
} as const;

const AGREED = {
  ...PRICE,
  contracted_unit_price: '1.23904',
  price_source: 'contracted-rates',
  price_origin: 'rates.yaml, entry 1 (line 1): 12 % off the list price',
  price_as_of: '2026-01-01',
  price_basis: 'contracted' as const,
  error_percent: null,
  list_price: LIST
};

describe('where a price comes from', () => {
  const known = (rows: [string, string | null][]): [string, string | null][] => rows.filter(([, value]) => value !== null);

  it('shows the contracted price beside the list price, each with its source', () => {
    expect(known(priceFacts(AGREED, cost))).toEqual([
      ['Contracted price', '$1.23904 an hour'],
      ['List price', '$1.408 an hour'],
      ['Region', 'us-east-1'],
      ['Source', 'Your contracted rate: rates.yaml, entry 1 (line 1): 12 % off the list price'],
      ['As of', 'Jan 1, 2026'],
      ['List price from', 'AWS price page, as of Dec 5, 2025']
    ]);
  });

  it('shows a price that no list has as contracted alone', () => {
    const alone = { ...AGREED, list_unit_price: null, list_price: null };
    expect(known(priceFacts(alone, cost)).map(([label]) => label)).toEqual(['Contracted price', 'Region', 'Source', 'As of']);
  });

  it('calls the price that the configuration names contracted', () => {
    const configured = { ...PRICE, price_basis: 'contracted' as const };
    expect(known(priceFacts(configured, cost))[0]).toEqual(['Contracted price', '$1.408 an hour']);
  });

  it('writes a price in its own currency and unit', () => {
    expect(priceFacts({ ...PRICE, billing_currency: 'CNY', pricing_unit: 'GB' }, cost)[1]).toEqual(['List price', 'CN¥1.408 a GB']);
    expect(known(storageFacts(STORAGE_PRICE, cost))[0]).toEqual(['Storage price', '$0.14 a GB-month']);
  });

  it('says nothing where there is no price', () => {
    expect([priceFacts(null, cost), storageFacts(null, cost)]).toEqual([[], []]);
  });
});
