import type { PriceRow } from '../api/types';
import type { ICost } from '../tokens';
import { priceWords } from '../words';

/** The rows that say what a unit costs, where, since when, and who says so. */
export function priceFacts(price: PriceRow | null, { format, trans }: ICost): [string, string | null][] {
  if (price === null) {
    return [];
  }
  const label = price.price_basis === 'contracted' ? trans.__('Contracted price') : trans.__('List price');
  return [
    [label, trans.__('%1 an hour', format.unitPrice(price.contracted_unit_price ?? price.list_unit_price))],
    [trans.__('Region'), price.region_id],
    [trans.__('Source'), priceWords(price, trans)],
    [trans.__('As of'), format.date(price.price_as_of)]
  ];
}
