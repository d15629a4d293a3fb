import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import {
  CommandIDs,
  DELETE_ENDPOINT_ARGS,
  NO_ARGS,
  RELEASE_WARM_POOL_ARGS,
  STOP_APP_ARGS,
  STOP_JOB_ARGS,
  STOP_SCHEDULE_ARGS
} from '../commands';
import { costIcon } from '../components/icons';
import { confirmAndEnd } from '../endings/confirm';
import { canEnd, type Ending } from '../endings/ending';
import { ICost, PANEL_ID } from '../tokens';

type Args = ReadonlyPartialJSONObject;

/** Find what a command's arguments name among what is in sight; undefined when there is no such thing. */
export function findEnding(what: Ending['what'], args: Args, { model }: ICost): Ending | undefined {
  const { name, region_id } = args;
  const isIt = (row: { name: string; region_id: string }): boolean =>
    row.name === name && (region_id === undefined || row.region_id === region_id);
  const { overview } = model;
  if (overview === null) {
    return undefined;
  }
  switch (what) {
    case 'job': {
      const { kind = 'training' } = args;
      return overview.jobs.filter(row => row.kind === kind && isIt(row)).map(row => ({ what, row }) as const)[0];
    }
    case 'app':
      return overview.apps.filter(row => !row.is_this && isIt(row)).map(row => ({ what, row }) as const)[0];
    case 'endpoint':
      return overview.endpoints.filter(isIt).map(row => ({ what, row }) as const)[0];
    case 'warm-pool':
      return overview.warm_pools.filter(isIt).map(row => ({ what, row }) as const)[0];
    case 'schedule':
      return overview.schedules.filter(isIt).map(row => ({ what, row }) as const)[0];
  }
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
  commands.addCommand(CommandIDs.explainIdle, {
    label: trans.__('Show What Keeps This Machine Awake'),
    caption: trans.__('Show whether this machine is idle, and the evidence for it'),
    icon: costIcon,
    describedBy: { args: NO_ARGS },
    execute: () => {
      shell.activateById(PANEL_ID);
      model.idle.explain();
    }
  });
  addEndings({ commands }, cost);
}

/** Every one of them asks before it does anything. */
function addEndings({ commands }: Pick<JupyterFrontEnd, 'commands'>, cost: ICost): void {
  const { trans } = cost;
  const isEnabled = (what: Ending['what'], args: Args): boolean => {
    const found = findEnding(what, args, cost);
    return found !== undefined && canEnd(found);
  };
  const execute = async (what: Ending['what'], args: Args): Promise<void> => {
    // A command can be executed although it is not enabled.
    const found = findEnding(what, args, cost);
    if (found !== undefined && canEnd(found)) {
      await confirmAndEnd(found, cost);
    }
  };
  commands.addCommand(CommandIDs.stopJob, {
    label: args => (args.name === undefined ? trans.__('Stop a Job') : trans.__('Stop %1', args.name)),
    caption: trans.__('Ask AWS to stop a running job, after a confirmation'),
    describedBy: { args: STOP_JOB_ARGS },
    isEnabled: args => isEnabled('job', args),
    execute: args => execute('job', args)
  });
  commands.addCommand(CommandIDs.stopApp, {
    label: args => (args.name === undefined ? trans.__('Stop an App') : trans.__('Stop %1', args.name)),
    caption: trans.__('Ask AWS to stop a Studio app or a notebook instance, after a confirmation'),
    describedBy: { args: STOP_APP_ARGS },
    isEnabled: args => isEnabled('app', args),
    execute: args => execute('app', args)
  });
  commands.addCommand(CommandIDs.stopSchedule, {
    label: args => (args.name === undefined ? trans.__('Stop a Schedule') : trans.__('Stop %1', args.name)),
    caption: trans.__('Ask AWS to stop a monitoring schedule, after a confirmation'),
    describedBy: { args: STOP_SCHEDULE_ARGS },
    isEnabled: args => isEnabled('schedule', args),
    execute: args => execute('schedule', args)
  });
  commands.addCommand(CommandIDs.deleteEndpoint, {
    label: args => (args.name === undefined ? trans.__('Delete an Endpoint') : trans.__('Delete %1', args.name)),
    caption: trans.__('Ask AWS to delete an endpoint, after a confirmation'),
    describedBy: { args: DELETE_ENDPOINT_ARGS },
    isEnabled: args => isEnabled('endpoint', args),
    execute: args => execute('endpoint', args)
  });
  commands.addCommand(CommandIDs.releaseWarmPool, {
    label: args =>
      args.name === undefined ? trans.__('Release Kept Instances') : trans.__('Release the instances of %1', args.name),
    caption: trans.__('Ask AWS to give instances back that are kept after a job, after a confirmation'),
    describedBy: { args: RELEASE_WARM_POOL_ARGS },
    isEnabled: args => isEnabled('warm-pool', args),
    execute: args => execute('warm-pool', args)
  });
}

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlcost-ext-labextension:commands',
  description: 'Adds commands to show and refresh costs, to explain an idle machine, and to end what costs.',
  autoStart: true,
  requires: [ICost],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, cost: ICost, palette: ICommandPalette | null): void => {
    addCommands(app, cost);
    const category = cost.trans.__('Cost');
    const shown = [CommandIDs.openPanel, CommandIDs.refresh, CommandIDs.explainIdle];
    shown.forEach(command => palette?.addItem({ command, category }));
  }
};
