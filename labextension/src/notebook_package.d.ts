/** As much of JupyterLab's own package as is used here; JupyterLab shares it, so nothing of it is installed or bundled. */
declare module '@jupyterlab/notebook' {
  import type { ISignal } from '@lumino/signaling';
  import type { Widget } from '@lumino/widgets';

  export const NotebookActions: {
    /** Emitted for each cell just before its code is sent to the kernel. */
    readonly executionScheduled: ISignal<unknown, { notebook: Widget }>;
  };
}
