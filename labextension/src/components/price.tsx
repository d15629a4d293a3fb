import type { JobRow, Overview, PriceRow } from '../api/types';
import type { Parts } from '../day_cost';
import { shown } from '../live';
import type { ICost } from '../tokens';
import { priceWords } from '../words';

type Rows = [string, string | null][];

/** The rows that say what an hour costs, where, since when, and who says so. */
export function priceFacts(price: PriceRow | null, cost: ICost): Rows {
  if (price === null) {
    return [];
  }
  const { format, trans } = cost;
  const label = price.price_basis === 'contracted' ? trans.__('Contracted price') : trans.__('List price');
  return [
    [label, unitWords(price, cost)],
    [trans.__('Region'), price.region_id],
    [trans.__('Source'), priceWords(price, trans)],
    [trans.__('As of'), format.date(price.price_as_of)]
  ];
}

function unitWords(price: PriceRow, { format, trans }: ICost): string {
  const amount = format.unitPrice(price.contracted_unit_price ?? price.list_unit_price);
  return price.pricing_unit === 'GB-Seconds' ? trans.__('%1 a GB-second', amount) : trans.__('%1 an hour', amount);
}

/** The same of a gigabyte of a volume. */
export function storageFacts(price: PriceRow | null, { format, trans }: ICost): Rows {
  if (price === null) {
    return [];
  }
  return [
    [trans.__('Storage price'), trans.__('%1 a GB-month', format.unitPrice(price.list_unit_price))],
    [trans.__('Storage source'), trans.__('%1, as of %2', priceWords(price, trans), format.date(price.price_as_of))]
  ];
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
