import type { JobRow, Overview, PriceRow } from '../api/types';
import type { Parts } from '../day_cost';
import { shown } from '../live';
import type { ICost } from '../tokens';
import { priceWords, type PriceSourceFacts } from '../words';

/** What a price is of, and in which currency. */
type Unit = Pick<PriceRow, 'billing_currency' | 'pricing_unit'>;

type Rows = [string, string | null][];

/** The rows that say what an hour costs, where, since when, and who says so; a contracted price beside the list's. */
export function priceFacts(price: PriceRow | null, cost: ICost): Rows {
  if (price === null) {
    return [];
  }
  const { format, trans } = cost;
  const isConfigured = price.price_basis === 'contracted' && price.list_price === null;
  return [
    ...unitFacts(price, cost, [
      trans.__('Contracted price'),
      isConfigured && price.contracted_unit_price === null ? trans.__('Contracted price') : trans.__('List price')
    ]),
    [trans.__('Region'), price.region_id],
    [trans.__('Source'), priceWords(price, trans)],
    [trans.__('As of'), format.date(price.price_as_of)],
    [trans.__('List price from'), listWords(price, cost)]
  ];
}

/** The same of a gigabyte of a volume. */
export function storageFacts(price: PriceRow | null, cost: ICost): Rows {
  if (price === null) {
    return [];
  }
  const { trans } = cost;
  return [
    ...unitFacts(price, cost, [trans.__('Contracted storage price'), trans.__('Storage price')]),
    [trans.__('Storage source'), sourceWords(price, cost)],
    [trans.__('Storage list price from'), listWords(price, cost)]
  ];
}

function unitFacts(price: PriceRow, cost: ICost, [contracted, listed]: [string, string]): Rows {
  return [
    [contracted, unitWords(price.contracted_unit_price, price, cost)],
    [listed, unitWords(price.list_unit_price, price, cost)]
  ];
}

/** Write a price by its unit, in its own currency; null stays unknown. */
export function unitWords(value: string | null, price: Unit, { format, trans }: ICost): string | null {
  const amount = format.unitPrice(value, price.billing_currency);
  if (amount === null) {
    return null;
  }
  switch (price.pricing_unit) {
    case 'GB-Mo':
      return trans.__('%1 a GB-month', amount);
    case 'GB-Seconds':
      return trans.__('%1 a GB-second', amount);
    case 'GB':
      return trans.__('%1 a GB', amount);
    default:
      return trans.__('%1 an hour', amount);
  }
}

/** Say who says what a unit costs, how sure that is, and of when it is. */
export function sourceWords(price: PriceSourceFacts, { format, trans }: ICost): string {
  return trans.__('%1, as of %2', priceWords(price, trans), format.date(price.price_as_of));
}

function listWords(price: PriceRow, cost: ICost): string | null {
  return price.list_price && sourceWords(price.list_price, cost);
}

/** The rows that say what a day of its instances costs, and what a day of its volumes; what it has none of is left out. */
export function dayFacts({ cost_per_day, storage_cost_per_day }: Parts, cost: ICost): Rows {
  const { trans } = cost;
  return [
    [trans.__('Instances'), partWords(cost_per_day, cost)],
    [trans.__('Storage'), partWords(storage_cost_per_day, cost)]
  ];
}

function partWords(perDay: string | null, { format, trans }: ICost): string | null {
  const amount = format.rate(perDay);
  if (amount === null) {
    return trans.__('cost unknown');
  }
  return shown(perDay) === 0 ? null : trans.__('%1 a day', amount);
}

/** Give what a gigabyte of a job's volume costs; null where it has none, or its price is unknown. */
export function storagePrice(job: JobRow, prices: Overview['storage_prices']): PriceRow | null {
  const component = `storage-${job.kind === 'transform' ? 'batchtransform' : job.kind}`;
  return job.storage_cost === null ? null : priceOf(component, job.region_id, prices);
}

/** The same of the volumes of what stands, where an overview has their price. */
export function volumePrice(
  component: 'storage-hosting' | 'storage-warmpool',
  row: Parts & Pick<JobRow, 'region_id'>,
  overview: Overview | null
): PriceRow | null {
  return shown(row.storage_cost_per_day) ? priceOf(component, row.region_id, Object.values(overview?.prices ?? {})) : null;
}

function priceOf(component: string, region: string, prices: readonly PriceRow[]): PriceRow | null {
  return prices.find(price => price.region_id === region && price.component.toLowerCase() === component) ?? null;
}
