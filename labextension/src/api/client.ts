import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { JobRow, Overview } from './types';
import { ApiError } from './errors';
import type { CostSource, Reading } from './source';

const PREFIX = 'mlcost-ext';

/** After this a server that does not answer counts as not reached. */
const TIMEOUT_MS = 15_000;

/** The server waits for AWS, which may take longer; giving up before it does would tell nothing. */
const STOP_TIMEOUT_MS = 50_000;

/** Read and act through the server half, with Jupyter's own token and XSRF handling. */
export class Client implements CostSource {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async readOverview(etag: string | null): Promise<Reading> {
    const headers: Record<string, string> = etag === null ? {} : { 'If-None-Match': etag };
    // The server does not count this as activity; the parameter tells proxies and hubs the same.
    const response = await this.request('overview?no_track_activity=1', { headers });
    if (response.status === 304) {
      return { changed: false };
    }
    const overview = await readDocument(response);
    if (!isOverview(overview)) {
      throw new ApiError('bad_answer', response.status, '', '');
    }
    return { changed: true, overview, etag: response.headers.get('ETag') };
  }

  async stopJob(job: Pick<JobRow, 'kind' | 'name' | 'region_id'>): Promise<void> {
    const path = `jobs/${encodeURIComponent(job.kind)}/${encodeURIComponent(job.name)}/stop`;
    const query = URLExt.objectToQueryString({ region_id: job.region_id });
    await readDocument(await this.request(path + query, { method: 'POST', body: '{}' }, STOP_TIMEOUT_MS));
  }

  private async request(path: string, init: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, PREFIX, path);
    const signal = AbortSignal.timeout(timeoutMs);
    return ServerConnection.makeRequest(url, { ...init, signal }, this.settings);
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

function isOverview(value: unknown): value is Overview {
  const candidate = value as Partial<Overview> | null;
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof candidate.as_of === 'string' &&
    Array.isArray(candidate.jobs) &&
    Array.isArray(candidate.data_quality) &&
    typeof candidate.session === 'object' &&
    typeof candidate.totals === 'object' &&
    typeof candidate.aws === 'object'
  );
}
