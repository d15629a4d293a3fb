import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { describe, expect, it } from 'vitest';
import { OverviewModel } from '../../model';
import { panelPlugin } from '../../plugins/panel';
import { PANEL_ID } from '../../tokens';
import { FakeSource } from '../fakes';
import { overviewOf } from '../documents';
import { costOf } from '../render';

/** Activate the plugin with this setting, and give the ids that the shell was asked to show. */
async function shownAtStart(openAtStart: boolean): Promise<string[]> {
  const shown: string[] = [];
  const shell = { add: () => undefined, activateById: (id: string) => shown.push(id) };
  const app = { shell, restored: Promise.resolve() } as unknown as JupyterFrontEnd;
  const load = (): Promise<unknown> => Promise.resolve({ get: () => ({ composite: openAtStart }) });
  const cost = costOf(new OverviewModel({ source: new FakeSource(overviewOf()) }));
  const registry = { load } as unknown as ISettingRegistry;
  await panelPlugin.activate(app, cost, null, registry);
  await new Promise(resolve => setTimeout(resolve));
  return shown;
}

describe('the panel in the sidebar', () => {
  it('is opened at start where the settings say so, and else left as it was', async () => {
    expect(await shownAtStart(true)).toEqual([PANEL_ID]);
    expect(await shownAtStart(false)).toEqual([]);
  });
});
