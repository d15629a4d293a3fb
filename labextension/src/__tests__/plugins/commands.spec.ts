import { CommandRegistry } from '@lumino/commands';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandIDs, NO_ARGS } from '../../commands';
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
import { PANEL_ID } from '../../tokens';

let commands: CommandRegistry;
let source: FakeSource;
let model: OverviewModel;
const shown: string[] = [];
const listed: string[] = [];

beforeEach(async () => {
  commands = new CommandRegistry();
  shown.length = 0;
  listed.length = 0;
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
  const shell = { activateById: (id: string) => shown.push(id) };
  const palette = { addItem: ({ command }: { command: string }) => listed.push(command) } as unknown as ICommandPalette;
  await commandsPlugin.activate({ commands, shell } as unknown as JupyterFrontEnd, costOf(model), palette);
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

  it('explain an idle machine in the panel, from the palette too', async () => {
    expect(listed).toContain(CommandIDs.explainIdle);
    expect((await commands.describedBy(CommandIDs.explainIdle)).args).toEqual(NO_ARGS);
    expect(commands.label(CommandIDs.explainIdle)).toBe('Show What Keeps This Machine Awake');
    await commands.execute(CommandIDs.explainIdle);
    expect([shown, model.idle.isUnfolded, model.idle.takeFocus()]).toEqual([[PANEL_ID], true, true]);
  });

  it('describe what they are told', async () => {
    const described = await commands.describedBy(CommandIDs.deleteEndpoint);
    expect(described.args).toMatchObject({ required: ['name'], additionalProperties: false });
  });
});
