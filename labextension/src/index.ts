import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { commandsPlugin } from './plugins/commands';
import { executionsPlugin } from './plugins/executions';
import { modelPlugin } from './plugins/model';
import { panelPlugin } from './plugins/panel';
import { statusPlugin } from './plugins/statusbar';

export { ICost } from './tokens';

export const plugins: JupyterFrontEndPlugin<unknown>[] = [modelPlugin, commandsPlugin, panelPlugin, statusPlugin, executionsPlugin];

/** Nothing at all, and no request, where the server half does not run or is switched off. */
export function enabledPlugins(): JupyterFrontEndPlugin<unknown>[] {
  return PageConfig.getOption('mlcostExt') === 'enabled' ? plugins : [];
}

export default enabledPlugins();
