import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { IStatusBar } from '@jupyterlab/statusbar';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OverviewModel } from '../../model';
import { statusPlugin } from '../../plugins/statusbar';
import { FakeSource } from '../fakes';
import { overviewOf } from '../documents';
import { costOf } from '../render';

const model = new OverviewModel({ source: new FakeSource(overviewOf()) });

/** Activate the plugin with these settings, and give the item as the status bar gets it. */
async function register(load: () => Promise<unknown>): Promise<IStatusBar.IItem> {
  const items: IStatusBar.IItem[] = [];
  const statusBar = { registerStatusItem: (_: string, item: IStatusBar.IItem) => items.push(item) };
  const registry = { load } as unknown as ISettingRegistry;
  await statusPlugin.activate(null as unknown as JupyterFrontEnd, costOf(model), statusBar, registry);
  await new Promise(resolve => setTimeout(resolve));
  return items[0];
}

function settings(showStatusBar: boolean): () => Promise<unknown> {
  return () => Promise.resolve({ get: () => ({ composite: showStatusBar }), changed: { connect: () => true } });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the item in the status bar', () => {
  it.each([true, false])('is there as the settings say: %s', async isOn => {
    expect((await register(settings(isOn))).isActive?.()).toBe(isOn);
  });

  it('is there where the settings cannot be read', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const item = await register(() => Promise.reject(new Error('No such schema')));
    expect(item.isActive?.()).toBe(true);
    expect(warn).toHaveBeenCalledOnce();
  });
});
