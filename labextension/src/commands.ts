/** Ids of the commands; the palette, the menu and the panel's buttons use them alike. */
export namespace CommandIDs {
  export const openPanel = 'mlcost-ext:open-panel';
  export const refresh = 'mlcost-ext:refresh';
  export const stopJob = 'mlcost-ext:stop-job';
}

/** Arguments of `stop-job`, as AI assistants and keyboard shortcuts may give them. */
export const STOP_JOB_ARGS = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name of the job.' },
    kind: { type: 'string', description: 'The kind of job.', default: 'training' },
    region_id: { type: 'string', description: 'The AWS region; needed only where two regions have a job of that name.' }
  },
  required: ['name'],
  additionalProperties: false
} as const;

export const NO_ARGS = { type: 'object', properties: {}, additionalProperties: false } as const;
