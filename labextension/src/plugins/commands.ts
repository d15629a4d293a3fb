import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { JobRow } from '../api/types';
import { CommandIDs, NO_ARGS, STOP_JOB_ARGS } from '../commands';
import { costIcon } from '../components/icons';
import { confirmAndStop } from '../stop';
import { ICost, PANEL_ID } from '../tokens';

/** Find the job a command's arguments name; undefined when no such job is in sight. */
export function findJob(args: ReadonlyPartialJSONObject, cost: ICost): JobRow | undefined {
  const { name, kind = 'training', region_id } = args;
  return cost.model.overview?.jobs.find(
    job => job.name === name && job.kind === kind && (region_id === undefined || job.region_id === region_id)
  );
}

function addCommands({ commands, shell }: JupyterFrontEnd, cost: ICost): void {
  const { model, trans } = cost;
  commands.addCommand(CommandIDs.openPanel, {
    label: trans.__('Show Cost'),
    caption: trans.__('Show what this session and its jobs cost'),
    icon: costIcon,
    describedBy: { args: NO_ARGS },
    execute: () => shell.activateById(PANEL_ID)
  });
  commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Refresh Costs'),
    caption: trans.__('Read the figures of the session and its jobs now'),
    icon: refreshIcon,
    describedBy: { args: NO_ARGS },
    execute: () => model.refresh()
  });
  commands.addCommand(CommandIDs.stopJob, {
    label: args => (args.name === undefined ? trans.__('Stop a Job') : trans.__('Stop %1', args.name)),
    caption: trans.__('Ask AWS to stop a running job, after a confirmation'),
    describedBy: { args: STOP_JOB_ARGS },
    isEnabled: args => findJob(args, cost)?.can_stop ?? false,
    execute: async args => {
      const job = findJob(args, cost);
      if (job !== undefined) {
        await confirmAndStop(job, cost);
      }
    }
  });
}

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlcost-ext-labextension:commands',
  description: 'Adds commands to show and refresh costs and to stop a job.',
  autoStart: true,
  requires: [ICost],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, cost: ICost, palette: ICommandPalette | null): void => {
    addCommands(app, cost);
    const category = cost.trans.__('Cost');
    [CommandIDs.openPanel, CommandIDs.refresh].forEach(command => palette?.addItem({ command, category }));
  }
};
