import type { ReadonlyJSONObject } from '@lumino/coreutils';

/** Ids of the commands, for the palette, the menu, keyboard shortcuts and AI assistants. */
export namespace CommandIDs {
  export const openPanel = 'mlcost-ext:open-panel';
  export const refresh = 'mlcost-ext:refresh';
  export const explainIdle = 'mlcost-ext:explain-idle';
  export const stopJob = 'mlcost-ext:stop-job';
  export const stopApp = 'mlcost-ext:stop-app';
  export const stopSchedule = 'mlcost-ext:stop-schedule';
  export const deleteEndpoint = 'mlcost-ext:delete-endpoint';
  export const releaseWarmPool = 'mlcost-ext:release-warm-pool';
}

/** Describe the arguments of one that ends something. */
function named(description: string, more: ReadonlyJSONObject = {}): ReadonlyJSONObject {
  const region = 'The AWS region; needed only where two regions have something of that name.';
  return {
    type: 'object',
    properties: { name: { type: 'string', description }, ...more, region_id: { type: 'string', description: region } },
    required: ['name'],
    additionalProperties: false
  };
}

export const STOP_JOB_ARGS = named('The name of the job.', {
  kind: { type: 'string', description: 'The kind of job.', default: 'training' }
});
export const STOP_APP_ARGS = named('The name of the Studio app or the notebook instance, as in the overview.');
export const STOP_SCHEDULE_ARGS = named('The name of the monitoring schedule.');
export const DELETE_ENDPOINT_ARGS = named('The name of the endpoint.');
export const RELEASE_WARM_POOL_ARGS = named('The name of the training job whose instances are kept.');

export const NO_ARGS = { type: 'object', properties: {}, additionalProperties: false } as const;
