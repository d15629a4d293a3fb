import { CommandRegistry } from '@lumino/commands';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandIDs } from '../../commands';
import { OverviewModel } from '../../model';
import { commandsPlugin } from '../../plugins/commands';
import { dialog, noDialog, press } from '../dialogs';
import {
  appRow,
  endpointRow,
  forgottenRow,
  jobRow,
  notebookRow,
  overviewOf,
  scheduleRow,
  thisAppRow,
  warmPoolRow
} from '../documents';
import { FakeSource } from '../fakes';
import { costOf } from '../render';

let commands: CommandRegistry;
let source: FakeSource;
let model: OverviewModel;

beforeEach(async () => {
  commands = new CommandRegistry();
  source = new FakeSource(
    overviewOf([jobRow(), jobRow({ kind: 'processing', name: 'features' })], {
      endpoints: [endpointRow({ can_delete: false }), forgottenRow()],
      apps: [thisAppRow({ can_stop: true }), appRow(), notebookRow()],
      warm_pools: [warmPoolRow()],
      schedules: [scheduleRow()]
    })
  );
  model = new OverviewModel({ source });
  model.watch();
  await model.refresh();
  await commandsPlugin.activate({ commands, shell: {} } as unknown as JupyterFrontEnd, costOf(model), null);
});

afterEach(() => {
  model.dispose();
});

describe('the commands', () => {
  it.each([
    [CommandIDs.stopJob, { name: 'bert-ft-031' }, 'Stop bert-ft-031'],
    [CommandIDs.stopJob, { name: 'features', kind: 'processing' }, 'Stop features'],
    [CommandIDs.stopApp, { name: 'd-practice.labeling.CodeEditor.default' }, 'Stop d-practice.labeling.CodeEditor.default'],
    [CommandIDs.stopApp, { name: 'legacy-notebook', region_id: 'us-east-1' }, 'Stop legacy-notebook'],
    [CommandIDs.deleteEndpoint, { name: 'credit-risk-test' }, 'Delete credit-risk-test'],
    [CommandIDs.releaseWarmPool, { name: 'churn-warm-003' }, 'Release the instances of churn-warm-003'],
    [CommandIDs.stopSchedule, { name: 'fraud-data-quality' }, 'Stop fraud-data-quality']
  ])('%s with %o', (id, args, label) => {
    expect([commands.isEnabled(id, args), commands.label(id, args)]).toEqual([true, label]);
  });

  it.each([
    [CommandIDs.stopJob, { name: 'features' }],
    [CommandIDs.stopJob, { name: 'bert-ft-031', region_id: 'eu-west-1' }],
    [CommandIDs.stopApp, { name: 'd-practice.research.JupyterLab.default' }],
    [CommandIDs.deleteEndpoint, { name: 'fraud-scoring' }],
    [CommandIDs.releaseWarmPool, { name: 'nothing' }],
    [CommandIDs.stopSchedule, {}]
  ])('%s is not there for %o', async (id, args) => {
    expect(commands.isEnabled(id, args)).toBe(false);
    await commands.execute(id, args);
    expect([source.ended, noDialog()]).toEqual([[], true]);
  });

  it('ask before they do anything', async () => {
    source.details['credit-risk-test'] = forgottenRow();
    const deleted = commands.execute(CommandIDs.deleteEndpoint, { name: 'credit-risk-test' });
    await dialog(/Delete this endpoint/);
    expect(source.ended).toEqual([]);
    press('Delete the endpoint');
    await deleted;
    expect(source.ended).toEqual(['endpoint credit-risk-test a-token']);
  });

  it('describe what they are told', async () => {
    const described = await commands.describedBy(CommandIDs.deleteEndpoint);
    expect(described.args).toMatchObject({ required: ['name'], additionalProperties: false });
  });
});
