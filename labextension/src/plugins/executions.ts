import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { Client } from '../api/client';
import { ExecutionReports, kernelOf } from '../executions';

/** Whether several users work on this server, whom only a cookie of their browsers tells apart: a shared space of Studio. */
function isWanted(): boolean {
  return PageConfig.getOption('mlcostExtUsers') === 'cookie';
}

async function follow({ serverSettings }: JupyterFrontEnd['serviceManager']): Promise<void> {
  const { NotebookActions } = await import('@jupyterlab/notebook');
  const client = new Client(serverSettings);
  const reports = new ExecutionReports(kernelId => client.reportExecution(kernelId));
  NotebookActions.executionScheduled.connect((_, { notebook }) => {
    const kernelId = kernelOf(notebook);
    if (kernelId !== null) {
      reports.note(kernelId);
    }
  });
}

export const executionsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'mlcost-ext-labextension:executions',
  description: 'Tells the server, in a shared space, in which kernels this user runs code.',
  autoStart: true,
  activate: async ({ serviceManager }: JupyterFrontEnd): Promise<void> => {
    if (!isWanted()) {
      return;
    }
    try {
      await follow(serviceManager);
    } catch (reason) {
      console.warn('mlcost-ext cannot tell who runs code: launches from this page have no known user.', reason);
    }
  }
};
