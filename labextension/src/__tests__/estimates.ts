/* eslint-disable jupyter/no-untranslated-string -- these are documents as the server writes them */
import type { Alternative, CalibratedJob, Calibration, CostRange, Estimate, EstimateLine } from '../api/types';

export const NO_COST: CostRange = { low: null, expected: null, high: null };
const COST: CostRange = { low: '1.016889', expected: '1.408', high: '33.792' };

export function lineOf(changes: Partial<EstimateLine> = {}): EstimateLine {
  return {
    description: 'ml.g5.xlarge training',
    component: 'Training',
    instance_type: 'ml.g5.xlarge',
    sku_price_id: null,
    pricing_quantity: '1',
    pricing_unit: 'Hours',
    list_unit_price: '1.408',
    contracted_unit_price: null,
    list_cost: COST,
    contracted_cost: null,
    price_source: 'aws-price-list',
    price_origin: 'AWS price list',
    price_as_of: '2026-10-01',
    price_basis: 'observed',
    error_percent: null,
    ...changes
  };
}

export function alternativeOf(changes: Partial<Alternative> = {}): Alternative {
  return {
    title: 'ml.g6.xlarge',
    change: { ResourceConfig: { InstanceType: 'ml.g6.xlarge' } },
    region_id: 'us-east-1',
    list_cost: { ...COST, expected: '1.1267' },
    contracted_cost: null,
    cost_per_hour: null,
    basis: 'price only; speed unknown',
    ...changes
  };
}

/** The same of the training job that the form describes, on managed Spot. */
export const SPOT = alternativeOf({
  title: 'managed Spot',
  change: {
    EnableManagedSpotTraining: true,
    StoppingCondition: { MaxRuntimeInSeconds: 86400, MaxWaitTimeInSeconds: 172800 }
  },
  list_cost: { ...COST, expected: '0.5069' },
  basis: 'Spot: 64 % less time'
});

/** What an hour of training costs by fourteen earlier runs, with what a test wants different. */
export function estimateOf(changes: Partial<Estimate> = {}): Estimate {
  return {
    kind: 'training',
    region_id: 'us-east-1',
    billing_currency: 'USD',
    is_complete: true,
    list_cost: COST,
    contracted_cost: null,
    cost_per_hour: null,
    duration_seconds: { low: 2600, expected: 3600, high: 86400, basis: 'history', sample_size: 14, percentile_90: 4100 },
    lines: [lineOf()],
    unpriced: [],
    findings: [],
    decision: 'allow',
    effective_decision: 'allow',
    alternatives: [],
    assumptions: [],
    data_quality: [],
    ...changes
  };
}

/** An endpoint, which has no end. */
export function endlessOf(changes: Partial<Estimate> = {}): Estimate {
  return estimateOf({
    kind: 'endpoint',
    list_cost: NO_COST,
    cost_per_hour: '1.408',
    duration_seconds: { low: null, expected: null, high: null, basis: 'open_ended', sample_size: null, percentile_90: null },
    lines: [lineOf({ description: 'ml.g5.xlarge hosting', component: 'Hosting', list_cost: NO_COST })],
    ...changes
  });
}

/** How sixty estimates have held, with what a test wants different. */
export function calibrationOf(changes: Partial<Calibration> = {}): Calibration {
  return { jobs: 60, intervals: 60, held: 47, promised_percent: 80, median_error_percent: '12.5', ...changes };
}

/** A job that was a quarter shorter than foreseen, with what a test wants different. */
export function calibratedJob(changes: Partial<CalibratedJob> = {}): CalibratedJob {
  return {
    kind: 'training',
    name: 'bert-ft-030',
    region_id: 'us-east-1',
    ended_at: '2026-11-23T12:00:00Z',
    billing_currency: 'USD',
    estimated_cost: '1.418',
    metered_cost: '1.063',
    difference: '-0.355',
    by_runtime: '-0.352',
    by_rate: '0',
    by_storage: '-0.003',
    basis: 'history',
    is_within: true,
    ...changes
  };
}
