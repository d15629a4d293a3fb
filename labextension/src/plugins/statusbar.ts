import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { Signal } from '@lumino/signaling';
import { CommandIDs } from '../commands';
import { StatusWidget } from '../statusbar/item';
import { ICost, SETTINGS_ID } from '../tokens';

const RANK = 500;

/** Whether the item is wanted, and news of it, as the status bar asks for them. */
class Wish {
  readonly changed = new Signal<this, void>(this);
  isOn: boolean;

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  set(isOn: boolean): void {
    this.isOn = isOn;
    this.changed.emit();
  }

  async follow(registry: ISettingRegistry): Promise<void> {
    const settings = await registry.load(SETTINGS_ID);
    const apply = (): void => this.set(settings.get('showStatusBar').composite as boolean);
    settings.changed.connect(apply);
    apply();
  }
}

export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlcost-ext-labextension:statusbar',
  description: 'Shows rate and cost in the status bar.',
  autoStart: true,
  requires: [ICost],
  optional: [IStatusBar, ISettingRegistry],
  activate: (app: JupyterFrontEnd, cost: ICost, statusBar: IStatusBar | null, registry: ISettingRegistry | null): void => {
    if (statusBar === null) {
      return;
    }
    const wish = new Wish(registry === null);
    const item = new StatusWidget(cost, () => void app.commands.execute(CommandIDs.openPanel));
    statusBar.registerStatusItem('mlcost-ext-labextension:statusbar', {
      item,
      align: 'left',
      rank: RANK,
      isActive: () => wish.isOn,
      activeStateChanged: wish.changed
    });
    if (registry !== null) {
      wish.follow(registry).catch((reason: unknown) => {
        console.warn('The settings of mlcost-ext could not be read.', reason);
        wish.set(true);
      });
    }
  }
};
