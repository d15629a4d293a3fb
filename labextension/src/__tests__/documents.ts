/* eslint-disable jupyter/no-untranslated-string -- these are documents as the server writes them */
import type { AppRow, EndpointRow, JobRow, KindState, Overview, PartRow, ScheduleRow, WarmPoolRow } from '../api/types';
import { charged } from './charges';
import { idleOf } from './idle';

export const PRICE: NonNullable<JobRow['price']> = {
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
  error_percent: '0.31',
  purchase_option: 'OnDemand',
  sku: null,
  list_price: null
};

export const STORAGE_PRICE: NonNullable<JobRow['price']> = {
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
    high_leaves_out_storage: false,
    tags: { team: 'fraud' },
    notebook: 'train.ipynb',
    failure_reason: null,
    can_stop: true,
    is_mine: true,
    is_sum: false,
    parent: null,
    children_started: null,
    children_known: null,
    low: null,
    warm_pool_status: null,
    warm_pool_cost: null,
    warm_pool_basis: null,
    price_id: null,
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

/** An endpoint in service that was called an hour or two ago, with what a test wants different. */
export function endpointRow(changes: Partial<EndpointRow> = {}): EndpointRow {
  return {
    name: 'fraud-scoring',
    region_id: 'us-east-1',
    status: 'InService',
    mode: 'real-time',
    created_at: '2026-09-01T08:00:00Z',
    modified_at: '2026-09-01T08:06:00Z',
    instance_type: 'ml.m5.xlarge',
    instance_count: 1,
    is_costing: true,
    cost_per_hour: '0.23',
    cost_per_day: '5.52',
    storage_cost_per_day: '0.14',
    last_use: 'seen',
    last_used_at: '2026-11-23T12:00:00Z',
    is_forgotten: false,
    can_delete: true,
    is_mine: true,
    notebook: null,
    tags: { team: 'fraud' },
    failure_reason: null,
    price_id: null,
    price: { ...PRICE, component: 'Hosting', instance_type: 'ml.m5.xlarge', list_unit_price: '0.23' },
    parts: [],
    ...changes
  };
}

/** One that costs for nobody. */
export function forgottenRow(changes: Partial<EndpointRow> = {}): EndpointRow {
  return endpointRow({
    name: 'credit-risk-test',
    instance_type: 'ml.g5.xlarge',
    cost_per_hour: '1.408',
    cost_per_day: '33.792',
    last_used_at: '2026-11-11T15:00:00Z',
    is_forgotten: true,
    ...changes
  });
}

/** A variant of an endpoint. */
export function partRow(changes: Partial<PartRow> = {}): PartRow {
  return {
    name: 'AllTraffic',
    kind: 'variant',
    mode: 'real-time',
    instance_type: 'ml.m5.xlarge',
    instance_count: 1,
    cost_per_day: '5.52',
    last_use: 'seen',
    last_used_at: '2026-11-23T12:00:00Z',
    memory_size_mb: null,
    provisioned_concurrency: null,
    share: null,
    status: null,
    price: null,
    ...changes
  };
}

/** Another app of one's own that is on. */
export function appRow(changes: Partial<AppRow> = {}): AppRow {
  return {
    kind: 'app',
    name: 'd-practice.labeling.CodeEditor.default',
    title: 'labeling',
    region_id: 'us-east-1',
    status: 'InService',
    app_type: 'CodeEditor',
    domain_id: 'd-practice',
    space_name: 'labeling',
    user_profile_name: 'alice',
    is_this: false,
    is_mine: true,
    is_costing: true,
    instance_type: 'ml.t3.large',
    started_at: '2026-11-23T08:00:00Z',
    created_at: '2026-11-23T08:00:00Z',
    cost: '0.6',
    cost_basis: 'accruing',
    cost_per_hour: '0.1',
    cost_per_day: '2.4',
    volume_gb: 20,
    storage_cost_per_day: '0.0747',
    can_stop: true,
    tags: {},
    price_id: null,
    price: { ...PRICE, component: 'Studio-CodeEditor', instance_type: 'ml.t3.large', list_unit_price: '0.1' },
    storage_price_id: null,
    storage_price: { ...STORAGE_PRICE, component: 'Storage-Studio-CodeEditor', list_unit_price: '0.112' },
    ...changes
  };
}

/** The app this session runs in. */
export function thisAppRow(changes: Partial<AppRow> = {}): AppRow {
  return appRow({
    name: 'd-practice.research.JupyterLab.default',
    title: 'research',
    app_type: 'JupyterLab',
    space_name: 'research',
    is_this: true,
    instance_type: 'ml.t3.medium',
    cost: '0.1733',
    cost_per_hour: '0.05',
    cost_per_day: '1.2',
    volume_gb: 5,
    storage_cost_per_day: '0.0187',
    ...changes
  });
}

/** The volume of a space without an app. */
export function spaceRow(changes: Partial<AppRow> = {}): AppRow {
  return appRow({
    kind: 'space',
    name: 'd-practice.old-experiments',
    title: 'old-experiments',
    app_type: 'JupyterLab',
    space_name: 'old-experiments',
    is_costing: false,
    instance_type: null,
    started_at: null,
    cost: null,
    cost_basis: null,
    cost_per_hour: '0',
    cost_per_day: '0',
    can_stop: false,
    price_id: null,
    price: null,
    ...changes
  });
}

/** A notebook instance that is on. */
export function notebookRow(changes: Partial<AppRow> = {}): AppRow {
  return appRow({
    kind: 'notebook',
    name: 'legacy-notebook',
    title: 'legacy-notebook',
    app_type: null,
    domain_id: null,
    space_name: null,
    user_profile_name: null,
    instance_type: 'ml.t2.medium',
    cost_per_hour: '0.0464',
    cost_per_day: '1.1136',
    ...changes
  });
}

/** Instances kept after a job. */
export function warmPoolRow(changes: Partial<WarmPoolRow> = {}): WarmPoolRow {
  return {
    name: 'churn-warm-003',
    region_id: 'us-east-1',
    status: 'Available',
    instance_type: 'ml.g5.xlarge',
    instance_count: 2,
    started_at: '2026-11-23T13:40:00Z',
    until: '2026-11-23T14:40:00Z',
    cost: '0.9387',
    cost_per_hour: '2.816',
    cost_per_day: '67.584',
    storage_cost_per_day: '0.28',
    can_release: true,
    is_mine: true,
    tags: {},
    price_id: null,
    price: { ...PRICE, component: 'WarmPool' },
    ...changes
  };
}

/** A monitoring schedule. */
export function scheduleRow(changes: Partial<ScheduleRow> = {}): ScheduleRow {
  return {
    name: 'fraud-data-quality',
    region_id: 'us-east-1',
    status: 'Scheduled',
    expression: 'cron(0 * ? * * *)',
    endpoint: 'fraud-scoring',
    instance_type: 'ml.m5.xlarge',
    instance_count: 1,
    high_per_run: '0.23',
    can_stop: true,
    is_mine: true,
    tags: {},
    ...changes
  };
}

/** The state of AWS: all kinds told a moment ago, but for what a test wants different. */
export function awsState(changes: Partial<Overview['aws']> = {}): Overview['aws'] {
  return {
    status: 'ok',
    as_of: '2026-11-23T13:59:58Z',
    mode: 'search',
    calls_total: 12,
    seconds_between_calls: null,
    history_through: null,
    is_history_read: false,
    kinds: kindStates(),
    ...changes
  };
}

const KINDS = ['training', 'tuning', 'processing', 'transform', 'automl', 'endpoint', 'app', 'space', 'notebook', 'schedule'];

/** How fresh each kind is: a moment old, but for what a test wants different. */
export function kindStates(changes: Record<string, Partial<KindState> | undefined> = {}): KindState[] {
  return KINDS.map(kind => ({ kind, as_of: '2026-11-23T13:59:58Z', is_denied: false, ...changes[kind] }));
}

/** AWS before its first answer. */
export function awsLoading(changes: Partial<Overview['aws']> = {}): Overview['aws'] {
  const nothing = Object.fromEntries(KINDS.map(kind => [kind, { as_of: null }]));
  return awsState({ status: 'loading', as_of: null, mode: null, calls_total: 0, kinds: kindStates(nothing), ...changes });
}

/** An overview of a Studio session with these jobs. */
export function overviewOf(jobs: JobRow[] = [], changes: Partial<Overview> = {}): Overview {
  const running = jobs.filter(job => job.is_running);
  const priced = running.find(job => job.cost !== null);
  const launched = running.filter(job => job.parent === null);
  return {
    as_of: '2026-11-23T14:00:00Z',
    clock_offset_seconds: 0,
    billing_currency: 'USD',
    aws: awsState(),
    session: {
      host: 'studio',
      instance_type: 'ml.t3.medium',
      region_id: 'us-east-1',
      list_unit_price: '0.05',
      started_at: '2026-11-23T10:32:00Z',
      cost: '0.1733',
      cost_basis: 'accruing',
      cost_per_hour: '0.05',
      cost_today: null,
      idle_today: null,
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
      by_status: {},
      by_kind: {},
      launched_running: launched.length,
      launched_running_cost: running.length === 0 ? '0' : (priced?.cost ?? null),
      is_complete: true,
      standing: 0,
      standing_counts: { endpoints: 0, apps: 0, apps_on: 0, warm_pools: 0, schedules: 0 },
      standing_cost_per_day: '0',
      standing_unpriced: 0,
      is_standing_complete: true
    },
    jobs,
    prices: {},
    storage_prices: [STORAGE_PRICE],
    endpoints: [],
    apps: [],
    warm_pools: [],
    schedules: [],
    past: null,
    charged: charged(),
    calibration: null,
    scope_account: false,
    budgets: [],
    findings: [],
    findings_count: changes.findings?.length ?? 0,
    avoided: null,
    idle: idleOf(),
    data_quality: [],
    ...changes
  };
}
