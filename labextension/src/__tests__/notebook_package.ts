import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

/** Stands for JupyterLab's own package, which only JupyterLab has. */
export const NotebookActions = { executionScheduled: new Signal<object, { notebook: Widget }>({}) };
