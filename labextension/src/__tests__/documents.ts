import type { JobRow, Overview } from '../api/types';

const PRICE: NonNullable<JobRow['price']> = {
  region_id: 'us-east-1',
  component: 'Training',
  instance_type: 'ml.g5.xlarge',
  list_unit_price: '1.408',
  contracted_unit_price: null,
  pricing_unit: 'Hours',
  billing_currency: 'USD',
  price_source: 'shipped-snapshot',
  price_origin: 'EC2 on-demand price times its class constant',
  price_as_of: '2025-12-05',
  price_basis: 'derived',
  error_percent: '0.31'
};

const STORAGE_PRICE: NonNullable<JobRow['price']> = {
  ...PRICE,
  component: 'Storage-Training',
  instance_type: null,
  list_unit_price: '0.14',
  pricing_unit: 'GB-Mo',
  price_origin: 'EBS gp2 list price times 1.4',
  price_as_of: '2021-07-14',
  error_percent: null
};

/** A job in the middle of its run, with what a test wants different. */
export function jobRow(changes: Partial<JobRow> = {}): JobRow {
  return {
    kind: 'training',
    name: 'bert-ft-031',
    region_id: 'us-east-1',
    status: 'InProgress',
    secondary_status: 'Training',
    instance_type: 'ml.g5.xlarge',
    instance_count: 1,
    spot: false,
    created_at: '2026-11-23T13:50:00Z',
    started_at: '2026-11-23T13:54:45Z',
    ended_at: null,
    list_unit_price: '1.408',
    cost: '0.1232',
    cost_per_hour: '1.408',
    storage_cost: '0.0006',
    storage_cost_per_hour: '0.0058',
    cost_basis: 'accruing',
    accrued_seconds: 315,
    is_running: true,
    is_accruing: true,
    max_runtime_in_seconds: 86400,
    billable_time_in_seconds: null,
    high: '33.792',
    tags: { team: 'fraud' },
    notebook: 'train.ipynb',
    failure_reason: null,
    can_stop: true,
    price: PRICE,
    ...changes
  };
}

/** A job that has ended, as AWS bills it. */
export function finalRow(changes: Partial<JobRow> = {}): JobRow {
  return jobRow({
    status: 'Completed',
    secondary_status: 'Completed',
    ended_at: '2026-11-23T14:00:00Z',
    cost: '0.122027',
    cost_per_hour: '0',
    storage_cost_per_hour: '0',
    cost_basis: 'final',
    accrued_seconds: 312,
    is_running: false,
    is_accruing: false,
    billable_time_in_seconds: 312,
    can_stop: false,
    ...changes
  });
}

/** An overview of a Studio session with these jobs. */
export function overviewOf(jobs: JobRow[] = [], changes: Partial<Overview> = {}): Overview {
  const running = jobs.filter(job => job.is_running);
  const priced = running.find(job => job.cost !== null);
  return {
    as_of: '2026-11-23T14:00:00Z',
    billing_currency: 'USD',
    aws: { status: 'ok', as_of: '2026-11-23T13:59:58Z', mode: 'search', calls_total: 12 },
    session: {
      host: 'studio',
      instance_type: 'ml.t3.medium',
      region_id: 'us-east-1',
      list_unit_price: '0.05',
      started_at: '2026-11-23T10:32:00Z',
      cost: '0.1733',
      cost_per_hour: '0.05',
      cost_today: null,
      cost_month: null,
      cost_per_day_when_stopped: '0.0187',
      price: { ...PRICE, component: 'Studio-JupyterLab', instance_type: 'ml.t3.medium', list_unit_price: '0.05' },
      storage_price: { ...STORAGE_PRICE, component: 'Storage-Studio-JupyterLab', list_unit_price: '0.112' }
    },
    totals: {
      running: running.length,
      running_cost: running.length === 0 ? '0' : (priced?.cost ?? null),
      running_cost_per_hour: running.length === 0 ? '0' : (priced?.cost_per_hour ?? null),
      unpriced: running.filter(job => job.cost === null).length,
      by_status: {}
    },
    jobs,
    storage_prices: [STORAGE_PRICE],
    endpoints: [],
    budgets: [],
    findings: [],
    idle: { state: 'off', since: null, held_by: [] },
    data_quality: [],
    ...changes
  };
}
