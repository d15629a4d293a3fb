import { ServerConnection } from '@jupyterlab/services';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../../api/client';
import { ApiError } from '../../api/errors';
import { chargesOf } from '../charges';
import { jobRow, overviewOf } from '../documents';
import { estimateOf } from '../estimates';
import { idleView } from '../idle';

const fetched = vi.fn<(request: Request) => Promise<Response>>();

function clientFor(response: Response): Client {
  fetched.mockResolvedValue(response);
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://127.0.0.1:8888/hub/user/me/',
    token: 'secret',
    fetch: fetched as unknown as typeof fetch,
    Request,
    Headers
  });
  return new Client(settings);
}

function json(document: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(document), init);
}

beforeEach(() => {
  fetched.mockReset();
});

describe('the client', () => {
  it('reads below the base URL and is not counted as activity', async () => {
    const reading = await clientFor(json(overviewOf(), { headers: { ETag: '"1"' } })).readOverview(null);
    // JupyterLab appends the time, so that nothing on the way answers from a cache.
    expect(fetched.mock.calls[0][0].url).toMatch(
      /^http:\/\/127\.0\.0\.1:8888\/hub\/user\/me\/mlcost-ext\/overview\?no_track_activity=1&\d+$/
    );
    expect(reading).toEqual({ changed: true, overview: overviewOf(), etag: '"1"' });
  });

  it('sends the ETag and understands that nothing has changed', async () => {
    const reading = await clientFor(new Response(null, { status: 304 })).readOverview('"1"');
    expect(fetched.mock.calls[0][0].headers.get('If-None-Match')).toBe('"1"');
    expect(reading).toEqual({ changed: false });
  });

  it('does not take anything else for an overview', async () => {
    await expect(clientFor(json({ hello: 'proxy' })).readOverview(null)).rejects.toBeInstanceOf(ApiError);
    await expect(clientFor(new Response('<html>')).readOverview(null)).rejects.toBeInstanceOf(ApiError);
  });

  it('has a finding accepted until a day, and says what the server says against it', async () => {
    await clientFor(json({})).acceptFinding('29d01069facb65823ce24f5d', '2026-12-31', 'stands by');
    const [[asked]] = fetched.mock.calls;
    expect([asked.method, new URL(asked.url).pathname]).toEqual([
      'POST',
      '/hub/user/me/mlcost-ext/findings/29d01069facb65823ce24f5d/accept'
    ]);
    expect(await asked.json()).toEqual({ until: '2026-12-31', reason: 'stands by' });
    const refused = json({ code: 'day_invalid', message: 'No day.', hint: 'Send one.' }, { status: 400 });
    await expect(clientFor(refused).acceptFinding('x/../y', '', '')).rejects.toMatchObject({
      code: 'day_invalid',
      hint: 'Send one.'
    });
    expect(fetched.mock.lastCall?.[0].url).toContain('/findings/x%2F..%2Fy/accept');
  });

  it("asks for a finding's change at the next launch", async () => {
    await clientFor(json({})).wantFix('29d01069facb65823ce24f5d', true);
    const [[asked]] = fetched.mock.calls;
    expect([asked.method, new URL(asked.url).pathname]).toEqual([
      'POST',
      '/hub/user/me/mlcost-ext/findings/29d01069facb65823ce24f5d/fix'
    ]);
    expect(await asked.json()).toEqual({ wanted: true });
  });

  it('reads what was charged, and takes nothing else for it', async () => {
    const days = { first: '2026-11-01', after: '2026-12-01' };
    await clientFor(json(chargesOf([]))).readCharges(days, 'tag:cost center');
    const asked = new URL(fetched.mock.calls[0][0].url);
    expect([
      asked.pathname,
      asked.searchParams.get('from'),
      asked.searchParams.get('to'),
      asked.searchParams.get('group_by')
    ]).toEqual(['/hub/user/me/mlcost-ext/charges', '2026-11-01', '2026-12-01', 'tag:cost center']);
    await expect(clientFor(json({ totals: [] })).readCharges(days, 'day')).rejects.toBeInstanceOf(ApiError);
  });

  it('asks what a launch would cost, and takes nothing else for an answer', async () => {
    const wish = { kind: 'training', request: { ResourceConfig: {} }, hours: 1.5 };
    expect(await clientFor(json(estimateOf())).estimate(wish)).toEqual(estimateOf());
    const [asked] = fetched.mock.calls[0];
    expect([asked.method, new URL(asked.url).pathname, await asked.json()]).toEqual([
      'POST',
      '/hub/user/me/mlcost-ext/estimates',
      wish
    ]);
    expect(new URL(asked.url).searchParams.get('no_track_activity')).toBe('1');
    await expect(clientFor(json({ lines: [] })).estimate(wish)).rejects.toBeInstanceOf(ApiError);
  });

  it('reads how estimates have held, and takes nothing else for it', async () => {
    const told = { calibration: null, jobs: [] };
    expect(await clientFor(json(told)).readCalibration()).toEqual(told);
    expect(new URL(fetched.mock.calls[0][0].url).pathname).toBe('/hub/user/me/mlcost-ext/calibration');
    await expect(clientFor(json({ calibration: null })).readCalibration()).rejects.toBeInstanceOf(ApiError);
  });

  it('reads why a machine is idle or active, and takes nothing else for it', async () => {
    expect(await clientFor(json(idleView())).readIdle()).toEqual(idleView());
    const asked = new URL(fetched.mock.calls[0][0].url);
    expect([asked.pathname, asked.searchParams.get('no_track_activity')]).toEqual(['/hub/user/me/mlcost-ext/idle', '1']);
    await expect(clientFor(json({ state: 'active' })).readIdle()).rejects.toBeInstanceOf(ApiError);
  });

  it('stops a job by its escaped name, with the token', async () => {
    await clientFor(json({ name: 'a/b', status: 'Stopping' }, { status: 202 })).end(jobRow({ name: 'a/b' }), null);
    const [request] = fetched.mock.calls[0];
    expect([request.method, new URL(request.url).pathname, new URL(request.url).searchParams.get('region_id')]).toEqual([
      'POST',
      '/hub/user/me/mlcost-ext/jobs/training/a%2Fb/stop',
      'us-east-1'
    ]);
    expect(request.headers.get('Authorization')).toBe('token secret');
  });

  it('waits longer for a Stop than AWS may take', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    await clientFor(json({ name: 'a', status: 'Stopping' }, { status: 202 })).end(jobRow(), null);
    expect(timeout.mock.calls[0][0]).toBeGreaterThanOrEqual(45_000);
  });

  it('passes on what the server says was wrong and what to do', async () => {
    const answer = json({ code: 'permission_missing', message: 'Not allowed.', hint: 'Ask.' }, { status: 403 });
    await expect(clientFor(answer).end(jobRow(), null)).rejects.toMatchObject({
      code: 'permission_missing',
      status: 403,
      message: 'Not allowed.',
      hint: 'Ask.'
    });
  });

  it.each([
    ['endpoint', 'endpoints/a/delete'],
    ['app', 'apps/a/stop'],
    ['warm-pool', 'warm-pools/a/release'],
    ['notebook', 'jobs/notebook/a/stop'],
    ['schedule', 'jobs/schedule/a/stop']
  ])('ends %s at its own path', async (kind, path) => {
    const thing = { kind, name: 'a', region_id: 'us-east-1', is_mine: true };
    await clientFor(json({ name: 'a', status: 'Deleting' }, { status: 202 })).end(thing, 'a-token');
    const [request] = fetched.mock.calls[0];
    expect(new URL(request.url).pathname).toBe(`/hub/user/me/mlcost-ext/${path}`);
    expect([await request.json(), new URL(request.url).searchParams.get('scope')]).toEqual([
      { confirmation_token: 'a-token' },
      null
    ]);
  });

  it("names what is somebody else's once more, in the account's scope", async () => {
    await clientFor(json({ name: 'a', status: 'Stopping' }, { status: 202 })).end(jobRow({ name: 'a', is_mine: false }), null);
    const [request] = fetched.mock.calls[0];
    expect([await request.json(), new URL(request.url).searchParams.get('scope')]).toEqual([{ confirmed_name: 'a' }, 'account']);
  });

  it('reads details and the account without being counted as activity', async () => {
    const thing = { kind: 'endpoint', name: 'a', region_id: 'us-east-1', is_mine: true };
    await clientFor(json({ endpoint: {}, confirmation_token: 't' })).readEndpoint(thing);
    await clientFor(json({ app: {}, confirmation_token: 't' })).readApp({ ...thing, kind: 'app', is_mine: false });
    await clientFor(json({ jobs: [], next_cursor: null })).readAccountJobs('c');
    await clientFor(json({ endpoints: [], apps: [], warm_pools: [], schedules: [] })).readAccountStanding();
    const asked = fetched.mock.calls.map(([request]) => request.url.replace(/.*mlcost-ext\//, '').replace(/&\d+$/, ''));
    expect(asked).toEqual([
      'endpoints/a?region_id=us-east-1&no_track_activity=1',
      'apps/a?region_id=us-east-1&scope=account&no_track_activity=1',
      'jobs?scope=account&state=running&sort=cost&cursor=c&no_track_activity=1',
      'standing?scope=account&no_track_activity=1'
    ]);
  });

  it('does not take anything else for what stands, or for an overview without it', async () => {
    await expect(clientFor(json({ hello: 'proxy' })).readAccountStanding()).rejects.toBeInstanceOf(ApiError);
    await expect(clientFor(json({ ...overviewOf(), endpoints: undefined })).readOverview(null)).rejects.toBeInstanceOf(ApiError);
  });
});
