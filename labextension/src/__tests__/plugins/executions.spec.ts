import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executionsPlugin } from '../../plugins/executions';
import { NotebookActions } from '../notebook_package';

const KERNEL_ID = '0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001';
const fetched = vi.fn<(request: Request) => Promise<Response>>();

/** Activate the plugin on such a host, and run a cell of a notebook whose kernel is this one. */
async function runCell(users: string, kernelId: string | null = KERNEL_ID): Promise<void> {
  PageConfig.setOption('mlcostExtUsers', users);
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: 'http://127.0.0.1:8888/jupyterlab/default/',
    fetch: fetched as unknown as typeof fetch,
    Request,
    Headers
  });
  await executionsPlugin.activate({ serviceManager: { serverSettings } } as unknown as JupyterFrontEnd);
  const kernel = kernelId === null ? null : { id: kernelId };
  const notebook = { parent: { parent: null, sessionContext: { session: { kernel } } } } as unknown as Widget;
  NotebookActions.executionScheduled.emit({ notebook });
}

beforeEach(() => {
  fetched.mockReset();
  fetched.mockResolvedValue(new Response(null, { status: 204 }));
});

afterEach(() => {
  Signal.clearData(NotebookActions.executionScheduled.sender);
  PageConfig.setOption('mlcostExtUsers', '');
});

describe('who runs code', () => {
  it('is told in a shared space, as the cell is run, and is not counted as activity', async () => {
    await runCell('cookie');
    expect(fetched).toHaveBeenCalledTimes(1);
    const [asked] = fetched.mock.calls[0];
    const url = new URL(asked.url);
    expect([asked.method, url.pathname, url.searchParams.get('no_track_activity')]).toEqual([
      'POST',
      '/jupyterlab/default/mlcost-ext/executions',
      '1'
    ]);
    expect(await asked.json()).toEqual({ kernel_id: KERNEL_ID });
  });

  it('is told nowhere else', async () => {
    await runCell('');
    expect(fetched).not.toHaveBeenCalled();
  });

  it('is not told of a notebook without a kernel', async () => {
    await runCell('cookie', null);
    expect(fetched).not.toHaveBeenCalled();
  });
});
