import { JSONExt, type PartialJSONObject } from '@lumino/coreutils';
import type { EstimateWish } from '../../api/source';
import type { Overview } from '../../api/types';

/** What can be described by the form. */
export type Kind = 'training' | 'processing' | 'transform' | 'endpoint' | 'notebook';

export const KINDS: readonly Kind[] = ['training', 'processing', 'transform', 'endpoint', 'notebook'];

/** Of what can be pasted. */
export const REQUEST_KINDS = 'training tuning processing transform automl endpoint endpoint-config notebook app space'.split(' ');

/** As AWS gives a job of which nobody says how large its volume is to be, and a notebook instance. */
const VOLUME_GB = 30;
const NOTEBOOK_VOLUME_GB = 5;

const SECONDS_PER_HOUR = 3600;
const MOST_WAIT_SECONDS = 28 * 24 * SECONDS_PER_HOUR;

/** Those that are named where the account itself runs nothing yet. */
const COMMON_TYPES =
  't3.medium m5.large m5.xlarge m5.4xlarge c5.xlarge c5.4xlarge r5.xlarge g4dn.xlarge g5.xlarge g5.12xlarge g6.xlarge';

/** What somebody has filled in; numbers are as they were typed. */
export interface Draft {
  /** `request`: it is pasted, not described by the form. */
  readonly kind: Kind | 'request';
  readonly instanceType: string;
  readonly count: string;
  /** How long it will take; empty: that is not known. */
  readonly hours: string;
  /** After how many hours AWS is to end it. */
  readonly limit: string;
  readonly isSpot: boolean;
  /** Null: that of the session. */
  readonly regionId: string | null;
  readonly text: string;
  /** Of the pasted request; empty: it is found from its shape. */
  readonly textKind: string;
}

export const FIRST_DRAFT: Draft = {
  kind: 'training',
  instanceType: '',
  count: '1',
  hours: '',
  limit: '24',
  isSpot: false,
  regionId: null,
  text: '',
  textKind: ''
};

/** Tell whether AWS ends it by a stopping condition. */
export function hasLimit(kind: Draft['kind']): boolean {
  return kind === 'training' || kind === 'processing';
}

/** Give what to ask the server for; null where what was pasted is no JSON object. */
export function wishOf(draft: Draft): EstimateWish | null {
  const [kind, request] =
    draft.kind === 'request' ? [draft.textKind, parsed(draft.text)] : [draft.kind, requestOf(draft.kind, draft)];
  const hours = draft.hours === '' ? undefined : Number(draft.hours);
  return request && { request, hours, kind: said(kind), region_id: said(draft.regionId ?? '') };
}

/** What is undefined is not sent. */
function said(text: string): string | undefined {
  const word = text.trim();
  return word === '' ? undefined : word;
}

function parsed(text: string): PartialJSONObject | null {
  try {
    const found: unknown = JSON.parse(text);
    return isObject(found) ? (found as PartialJSONObject) : null;
  } catch {
    return null;
  }
}

/** Give the draft as text, for whoever goes on from there by hand. */
export function asText(draft: Draft): Draft {
  return draft.kind === 'request'
    ? draft
    : { ...draft, kind: 'request', text: written(requestOf(draft.kind, draft)), textKind: draft.kind };
}

function written(request: unknown): string {
  return JSON.stringify(request, null, 2);
}

/** Write a request as the AWS operation takes it, with what matters for its cost. */
function requestOf(kind: Kind, draft: Draft): PartialJSONObject {
  const [InstanceType, InstanceCount] = [draft.instanceType.trim(), Number(draft.count)];
  switch (kind) {
    case 'training':
      return training(draft, { InstanceType, InstanceCount, VolumeSizeInGB: VOLUME_GB });
    case 'processing':
      return {
        ProcessingResources: { ClusterConfig: { InstanceType, InstanceCount, VolumeSizeInGB: VOLUME_GB } },
        StoppingCondition: { MaxRuntimeInSeconds: limitOf(draft) }
      };
    case 'transform':
      return { TransformResources: { InstanceType, InstanceCount } };
    case 'endpoint':
      return { ProductionVariants: [{ VariantName: 'AllTraffic', InstanceType, InitialInstanceCount: InstanceCount }] };
    default:
      return { InstanceType, VolumeSizeInGB: NOTEBOOK_VOLUME_GB };
  }
}

/** AWS wants to know of Spot how long it may take with all its waiting. */
function training(draft: Draft, ResourceConfig: PartialJSONObject): PartialJSONObject {
  const limit = limitOf(draft);
  const wait = Math.max(limit, Math.min(2 * limit, MOST_WAIT_SECONDS));
  return {
    ResourceConfig,
    StoppingCondition: { MaxRuntimeInSeconds: limit, ...(draft.isSpot ? { MaxWaitTimeInSeconds: wait } : {}) },
    EnableManagedSpotTraining: draft.isSpot
  };
}

function limitOf({ limit }: Draft): number {
  return Math.round(Number(limit) * SECONDS_PER_HOUR);
}

/**
 * Give the draft of what an alternative changes; what the form has no place for goes on as text.
 *
 * Args:
 *   draft: What the estimate was asked for.
 *   wish: The same, as it was sent.
 *   kind: As the estimate tells it.
 *   change: A JSON merge patch of the request.
 *   regionId: Where the alternative would run.
 */
export function changed(draft: Draft, wish: EstimateWish, kind: string, change: object, regionId: string): Draft {
  const request = merged(wish.request, change);
  const moved = { ...draft, regionId };
  return inForm(moved, request) ?? { ...moved, kind: 'request', text: written(request), textKind: kind };
}

/** Read a request back into the form; null where it would not be the same request then. */
function inForm(draft: Draft, request: unknown): Draft | null {
  if (draft.kind === 'request') {
    return null;
  }
  const limit = found(request, 'MaxRuntimeInSeconds');
  const count = found(request, 'InstanceCount') ?? found(request, 'InitialInstanceCount');
  const read: Draft = {
    ...draft,
    instanceType: String(found(request, 'InstanceType')),
    count: typeof count === 'number' ? String(count) : draft.count,
    limit: typeof limit === 'number' ? String(limit / SECONDS_PER_HOUR) : draft.limit,
    isSpot: found(request, 'EnableManagedSpotTraining') === true
  };
  return JSONExt.deepEqual(requestOf(draft.kind, read), request as PartialJSONObject) ? read : null;
}

/** Find a member of this name, wherever it is. */
function found(value: unknown, name: string): unknown {
  const nested = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const own = nested.find(([key]) => key === name)?.[1] as unknown;
  return own ?? nested.map(([, each]) => found(each, name)).find(each => each !== undefined);
}

/** Apply a JSON merge patch (RFC 7396). */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const before = isObject(target) ? target : {};
  const kept = Object.entries(before).filter(([name]) => !Object.hasOwn(patch, name));
  const set = Object.entries(patch).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...set.map(([name, value]) => [name, merged(before[name], value)] as const)]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Give instance types to choose from: those in sight first. */
export function knownTypes({ session, jobs, endpoints, apps, warm_pools }: Overview): string[] {
  const seen = [session, ...jobs, ...endpoints, ...apps, ...warm_pools].map(row => row.instance_type);
  const common = COMMON_TYPES.split(' ').map(name => `ml.${name}`);
  return [...new Set([...seen.filter(name => name?.startsWith('ml.')), ...common])].filter(name => name !== null);
}
