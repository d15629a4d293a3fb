import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type {
  AppDetail,
  CalibrationView,
  Charges,
  EndpointDetail,
  Estimate,
  IdleView,
  JobList,
  Overview,
  StandingList
} from './types';
import type { Days } from '../period';
import type { Thing } from '../things';
import { ApiError } from './errors';
import { withPrices } from './prices';
import type { CostSource, EstimateWish, Reading } from './source';

const PREFIX = 'mlcost-ext';

/** After this a server that does not answer counts as not reached. */
const TIMEOUT_MS = 15_000;

/** The server waits for AWS, which may take longer; giving up before it does would tell nothing. */
const AWS_TIMEOUT_MS = 50_000;

const ACCOUNT = { scope: 'account' };

/** The server does not count readings as activity; the parameter tells proxies and hubs the same. */
const QUIET = { no_track_activity: '1' };

/** Read and act through the server half, with Jupyter's own token and XSRF handling. */
export class Client implements CostSource {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async readOverview(etag: string | null): Promise<Reading> {
    const headers: Record<string, string> = etag === null ? {} : { 'If-None-Match': etag };
    const response = await this.request(`overview${query(QUIET)}`, { headers });
    if (response.status === 304) {
      return { changed: false };
    }
    const overview = await readDocument(response);
    if (!isOverview(overview)) {
      throw new ApiError('bad_answer', response.status, '', '');
    }
    return { changed: true, overview: withPrices(overview), etag: response.headers.get('ETag') };
  }

  async readAccountJobs(cursor: string | null): Promise<JobList> {
    const page: Record<string, string> = cursor === null ? {} : { cursor };
    return this.read(`jobs${query({ ...ACCOUNT, state: 'running', sort: 'cost', ...page, ...QUIET })}`, ['jobs']);
  }

  async readAccountStanding(): Promise<StandingList> {
    return this.read(`standing${query({ ...ACCOUNT, ...QUIET })}`, ['endpoints', 'apps', 'warm_pools', 'schedules']);
  }

  async readCharges({ first, after }: Days, groupBy: string): Promise<Charges> {
    const asked = { from: first, to: after, group_by: groupBy, ...QUIET };
    return this.read(`charges${query(asked)}`, ['totals', 'groups', 'data_quality']);
  }

  async estimate(wish: EstimateWish): Promise<Estimate> {
    const asked = { method: 'POST', body: JSON.stringify(wish) };
    return this.read(`estimates${query(QUIET)}`, ['lines', 'unpriced', 'alternatives', 'assumptions', 'data_quality'], asked);
  }

  async readCalibration(): Promise<CalibrationView> {
    return this.read(`calibration${query(QUIET)}`, ['jobs']);
  }

  async readIdle(): Promise<IdleView> {
    return this.read(`idle${query(QUIET)}`, ['signals', 'unmeasured', 'settings']);
  }

  async readEndpoint(thing: Thing): Promise<EndpointDetail> {
    return this.read(`endpoints/${encodeURIComponent(thing.name)}${query({ ...whose(thing), ...QUIET })}`);
  }

  async readApp(thing: Thing): Promise<AppDetail> {
    return this.read(`apps/${encodeURIComponent(thing.name)}${query({ ...whose(thing), ...QUIET })}`);
  }

  async end(thing: Thing, token: string | null): Promise<void> {
    const confirmed = token === null ? {} : { confirmation_token: token };
    const body = JSON.stringify(thing.is_mine ? confirmed : { ...confirmed, confirmed_name: thing.name });
    await readDocument(await this.request(endPath(thing) + query(whose(thing)), { method: 'POST', body }, AWS_TIMEOUT_MS));
  }

  async acceptFinding(id: string, until: string, reason: string): Promise<void> {
    const body = JSON.stringify({ until, reason });
    await readDocument(await this.request(`findings/${encodeURIComponent(id)}/accept`, { method: 'POST', body }));
  }

  async wantFix(id: string, isWanted: boolean): Promise<void> {
    const body = JSON.stringify({ wanted: isWanted });
    await readDocument(await this.request(`findings/${encodeURIComponent(id)}/fix`, { method: 'POST', body }));
  }

  /** Tell that code of this user is about to run in a kernel; for a shared space only. */
  async reportExecution(kernelId: string): Promise<void> {
    const body = JSON.stringify({ kernel_id: kernelId });
    await this.request(`executions${query(QUIET)}`, { method: 'POST', body });
  }

  /** Read a document that has at least these lists. */
  private async read<Document>(path: string, lists: (keyof Document)[] = [], asked: RequestInit = {}): Promise<Document> {
    const response = await this.request(path, asked, AWS_TIMEOUT_MS);
    const document = (await readDocument(response)) as Document | null;
    if (typeof document !== 'object' || document === null || !lists.every(name => Array.isArray(document[name]))) {
      throw new ApiError('bad_answer', response.status, '', '');
    }
    return document;
  }

  private async request(path: string, init: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, PREFIX, path);
    const signal = AbortSignal.timeout(timeoutMs);
    return ServerConnection.makeRequest(url, { ...init, signal }, this.settings);
  }
}

function query(parameters: Record<string, string>): string {
  return URLExt.objectToQueryString(parameters);
}

function whose({ region_id, is_mine }: Thing): Record<string, string> {
  return is_mine ? { region_id } : { region_id, ...ACCOUNT };
}

function endPath({ kind, name }: Thing): string {
  const escaped = encodeURIComponent(name);
  switch (kind) {
    case 'endpoint':
      return `endpoints/${escaped}/delete`;
    case 'app':
      return `apps/${escaped}/stop`;
    case 'warm-pool':
      return `warm-pools/${escaped}/release`;
    default:
      return `jobs/${encodeURIComponent(kind)}/${escaped}/stop`;
  }
}

async function readDocument(response: Response): Promise<unknown> {
  const document: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const { code, message, hint } = (document ?? {}) as Record<string, unknown>;
    throw new ApiError(text(code), response.status, text(message), text(hint));
  }
  return document;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const LISTS = ['jobs', 'endpoints', 'apps', 'warm_pools', 'schedules', 'findings', 'data_quality'] as const;

function isOverview(value: unknown): value is Overview {
  const candidate = value as Partial<Overview> | null;
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.as_of === 'string' &&
    LISTS.every(name => Array.isArray(candidate[name])) &&
    typeof candidate.prices === 'object' &&
    typeof candidate.session === 'object' &&
    typeof candidate.totals === 'object' &&
    typeof candidate.aws === 'object'
  );
}
