import type { JobRow, Overview, PriceRow } from '../api/types';
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

/** Give what a gigabyte of a job's volume costs; null where it has none, or its price is unknown. */
export function storagePrice(job: JobRow, prices: Overview['storage_prices']): PriceRow | null {
  const component = `storage-${job.kind === 'transform' ? 'batchtransform' : job.kind}`;
  const isOfJob = (price: PriceRow): boolean => price.region_id === job.region_id && price.component.toLowerCase() === component;
  return job.storage_cost === null ? null : (prices.find(isOfJob) ?? null);
}
