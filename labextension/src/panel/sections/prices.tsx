import * as React from 'react';
import type { Overview, PriceRow } from '../../api/types';
import { sourceWords, unitWords } from '../../components/price';
import { useView } from '../../components/view';
import type { PanelSection, SectionProps } from '../section';

/** Every price that a figure of the panel rests on, once: so each sum says as well where it comes from. */
export function pricesOf({ session, prices, storage_prices }: Overview): PriceRow[] {
  const found = [session.price, session.storage_price, ...Object.values(prices), ...storage_prices];
  const keyed = found.filter(price => price !== null).map(price => [keyOf(price), price] as const);
  return [...new Map(keyed).values()];
}

/** A part of a node has the same type as all of it, and another price. */
function keyOf(price: PriceRow): string {
  const { region_id, component, instance_type, purchase_option, list_unit_price, contracted_unit_price } = price;
  return [region_id, component, instance_type, purchase_option, list_unit_price, contracted_unit_price].join('/');
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const { cost } = useView();
  const bySource = new Map<string, PriceRow[]>();
  for (const price of pricesOf(overview)) {
    const words = sourceWords(price, cost);
    bySource.set(words, [...(bySource.get(words) ?? []), price]);
  }
  return (
    <details className="mlcost-Notes" data-mlcost-prices="">
      <summary>
        {cost.trans.__('Where the prices come from')}
        <span className="mlcost-Notes-count">{[...bySource.values()].flat().length}</span>
      </summary>
      <ul>
        {[...bySource].map(([words, prices]) => (
          <li key={words} className="mlcost-Source">
            <div>{words}</div>
            {prices.map(price => (
              <Price key={keyOf(price)} price={price} isElsewhere={price.region_id !== overview.session.region_id} />
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** One price; a contracted one with the list's beside it. The region is named where it is not the session's. */
function Price({ price, isElsewhere }: { price: PriceRow; isElsewhere: boolean }): React.JSX.Element {
  const { cost } = useView();
  const { trans } = cost;
  const region = isElsewhere ? price.region_id : null;
  const what = [price.component, price.instance_type, region].filter(text => text !== null).join(' · ');
  const listed = unitWords(price.list_unit_price, price, cost);
  const contracted = unitWords(price.contracted_unit_price, price, cost);
  return (
    <div className="mlcost-Notice-hint mlcost-Source-price">
      <span>{what}</span>
      <span>{contracted === null || listed === null ? (contracted ?? listed) : trans.__('%1 (list: %2)', contracted, listed)}</span>
    </div>
  );
}

export const PRICES: PanelSection = {
  id: 'prices',
  title: ({ trans }) => trans.__('Where the prices come from'),
  scope: 'mine',
  Body,
  isNeeded: overview => pricesOf(overview).length > 0
};
