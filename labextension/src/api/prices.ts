import type { Overview, PriceRow } from './types';

interface Priced {
  readonly price: PriceRow | null;
  readonly price_id: string | null;
}

/** Give each row of an overview its price, which the overview itself has only once for all rows. */
export function withPrices(overview: Overview): Overview {
  const prices: Partial<Record<string, PriceRow>> = overview.prices;
  const named = (id: string | null): PriceRow | null => (id === null ? null : (prices[id] ?? null));
  const priced = <Row extends Priced>(row: Row): Row => ({ ...row, price: row.price ?? named(row.price_id) });
  return {
    ...overview,
    jobs: overview.jobs.map(priced),
    endpoints: overview.endpoints.map(priced),
    warm_pools: overview.warm_pools.map(priced),
    apps: overview.apps.map(app => ({ ...priced(app), storage_price: app.storage_price ?? named(app.storage_price_id) }))
  };
}
