import type { JupyterFrontEnd } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { modelPlugin } from '../../plugins/model';
import type { ICost } from '../../tokens';

const EVENTS = 'https://events.mlcost-ext.dev/';

class Stream {
  readonly stream = new Signal<this, { schema_id: string }>(this);
}

let events: Stream;
let cost: ICost;

/** Tell how often the overview, and the evidence on idleness, are wanted anew after an event. */
function readAfter(schemaId: string): number[] {
  const [overview, evidence] = [vi.spyOn(cost.model, 'noticeEvent'), vi.spyOn(cost.model.idle, 'refresh')];
  events.stream.emit({ schema_id: schemaId });
  return [overview.mock.calls.length, evidence.mock.calls.length];
}

beforeEach(async () => {
  events = new Stream();
  const serviceManager = { events, serverSettings: ServerConnection.makeSettings() };
  cost = await modelPlugin.activate({ serviceManager } as unknown as JupyterFrontEnd, null, null);
});

afterEach(() => {
  cost.model.dispose();
});

describe('an event of the server', () => {
  it.each(['launch/v1', 'job_state/v1', 'finding/v1'])('%s has the overview read soon', name => {
    expect(readAfter(EVENTS + name)).toEqual([1, 0]);
  });

  it('idle/v1 has the evidence read, too, where somebody looks at it', () => {
    expect(readAfter(`${EVENTS}idle/v1`)).toEqual([1, 1]);
  });

  it.each([`${EVENTS}idle/v2`, 'https://events.jupyter.org/jupyter_server/kernel_actions/v1'])('%s has nothing read', id => {
    expect(readAfter(id)).toEqual([0, 0]);
  });
});
