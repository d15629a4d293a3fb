import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { confirmAndEnd } from '../endings/confirm';
import { CostPanel } from '../panel/widget';
import { ICost, PANEL_ID, SETTINGS_ID } from '../tokens';

/** Below the debugger and the property inspector, which JupyterLab puts there itself. */
const RANK = 700;

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlcost-ext-labextension:panel',
  description: 'Shows in the sidebar what the session and its jobs cost.',
  autoStart: true,
  requires: [ICost],
  optional: [ILayoutRestorer, ISettingRegistry],
  activate: (app: JupyterFrontEnd, cost: ICost, restorer: ILayoutRestorer | null, registry: ISettingRegistry | null): void => {
    const panel = new CostPanel(cost, ending => void confirmAndEnd(ending, cost));
    app.shell.add(panel, 'right', { rank: RANK, type: 'Cost' });
    restorer?.add(panel, PANEL_ID);
    if (registry !== null) {
      openIfWanted(app, registry).catch((reason: unknown) => {
        console.warn('The settings of mlcost-ext could not be read.', reason);
      });
    }
  }
};

async function openIfWanted(app: JupyterFrontEnd, registry: ISettingRegistry): Promise<void> {
  const settings = await registry.load(SETTINGS_ID);
  await app.restored;
  if (settings.get('openAtStart').composite === true) {
    app.shell.activateById(PANEL_ID);
  }
}
