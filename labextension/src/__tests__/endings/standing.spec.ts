import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import { confirmAndEnd } from '../../endings/confirm';
import type { Ending } from '../../endings/ending';
import { OverviewModel } from '../../model';
import { dialog, press, type } from '../dialogs';
import { appRow, endpointRow, jobRow, notebookRow, overviewOf, scheduleRow, warmPoolRow } from '../documents';
import { FakeSource } from '../fakes';
import { costOf } from '../render';

let source: FakeSource;
let model: OverviewModel;

function ask(ending: Ending): Promise<void> {
  if (ending.what === 'endpoint' || ending.what === 'app') {
    source.details[ending.row.name] = ending.row;
  }
  return confirmAndEnd(ending, costOf(model));
}

beforeEach(() => {
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source });
});

afterEach(() => {
  model.dispose();
});

describe('stopping an app', () => {
  it('says what ends, what stays and goes on costing, and hands the token back', async () => {
    const asked = ask({ what: 'app', row: appRow() });
    await dialog(/Stop this app\?.*labeling.*That saves \$2\.40 a day\..*what is not saved is lost\./);
    await dialog(/Its files stay: 20 GB go on costing \$0\.07 a day\./);
    press('Stop the app');
    await asked;
    expect(source.ended).toEqual(['app d-practice.labeling.CodeEditor.default a-token']);
  });

  it('does not make up what its storage costs', async () => {
    const asked = ask({ what: 'app', row: appRow({ cost_per_day: null, storage_cost_per_day: null }) });
    await dialog(/What that saves is not known\..*Its files stay, and their storage goes on costing\./);
    press('Let it run');
    await asked;
  });

  it('stops a notebook instance without a token, since it can be started again', async () => {
    const asked = ask({ what: 'app', row: notebookRow() });
    await dialog(/Stop this notebook instance\?.*That saves \$1\.11 a day\./);
    press('Stop the notebook instance');
    await asked;
    expect([source.ended, source.detailsRead]).toEqual([['notebook legacy-notebook'], []]);
  });

  it('tells that it was not stopped, each in its words', async () => {
    source.endError = new ApiError('own_machine', 403, 'It is the machine you are working on.', 'Stop it from Studio.');
    const first = ask({ what: 'app', row: appRow() });
    await dialog(/Stop this app/);
    press('Stop the app');
    await dialog(/The app was not stopped.*the machine you are working on\.Stop it from Studio\./);
    press('Close');
    await first;
    source.endError = new TypeError('Failed to fetch');
    const second = ask({ what: 'app', row: notebookRow() });
    await dialog(/Stop this notebook/);
    press('Stop the notebook instance');
    await dialog(/It is not known whether the notebook instance was stopped/);
    press('Close');
    await second;
  });
});

describe('releasing a warm pool', () => {
  it('asks once, with what it saves', async () => {
    const asked = ask({ what: 'warm-pool', row: warmPoolRow() });
    await dialog(/Release these instances\?.*churn-warm-003.*2 × ml\.g5\.xlarge: that saves \$2\.82 an hour\./);
    press('Release the instances');
    await asked;
    expect(source.ended).toEqual(['warm-pool churn-warm-003']);
  });

  it('promises no saving that is not known', async () => {
    const asked = ask({ what: 'warm-pool', row: warmPoolRow({ cost_per_hour: null }) });
    await dialog(/what that saves is not known/);
    press('Keep them');
    await asked;
    expect(source.ended).toEqual([]);
  });
});

describe('stopping a schedule', () => {
  it('says that no more runs start', async () => {
    const asked = ask({ what: 'schedule', row: scheduleRow() });
    await dialog(/Stop this schedule\?.*fraud-data-quality.*It starts no more runs/);
    press('Stop the schedule');
    await asked;
    expect(source.ended).toEqual(['schedule fraud-data-quality']);
  });
});

describe("what is somebody else's", () => {
  const theirs: Ending = { what: 'job', row: jobRow({ name: 'bobs-job', is_mine: false }) };

  it('is asked about twice, the second time by its name', async () => {
    const asked = ask(theirs);
    await dialog(/This is not yours: somebody else of this account runs it\./);
    press('Stop the job');
    await dialog(/It is not yours\. Type its name to go on: bobs-job/);
    type(' bobs-job ');
    press('Stop the job');
    await asked;
    expect(source.ended).toEqual(['training bobs-job of others']);
  });

  it('is left alone where the name is another', async () => {
    const asked = ask(theirs);
    await dialog(/This is not yours/);
    press('Stop the job');
    await dialog(/Type its name/);
    type('bobs-other-job');
    press('Stop the job');
    await dialog(/The job was not stopped.*What was typed is not its name\.The job runs on\./);
    press('Close');
    await asked;
    expect(source.ended).toEqual([]);
  });

  it('is left alone where the second question is dismissed', async () => {
    const asked = ask(theirs);
    await dialog(/This is not yours/);
    press('Stop the job');
    await dialog(/Type its name/);
    press('Let it run');
    await asked;
    expect(source.ended).toEqual([]);
  });

  it('goes with token and name both where it is deleted', async () => {
    const asked = ask({ what: 'endpoint', row: endpointRow({ is_mine: false }) });
    await dialog(/This is not yours/);
    press('Delete the endpoint');
    await dialog(/Type its name to go on: fraud-scoring/);
    type('fraud-scoring');
    press('Delete the endpoint');
    await asked;
    expect(source.ended).toEqual(['endpoint fraud-scoring a-token of others']);
  });

  it('is an app by the name people know it by', async () => {
    const asked = ask({ what: 'app', row: appRow({ is_mine: false }) });
    await dialog(/This is not yours/);
    press('Stop the app');
    await dialog(/Type its name to go on: labeling/);
    type('labeling');
    press('Stop the app');
    await asked;
    expect(source.ended).toEqual(['app d-practice.labeling.CodeEditor.default a-token of others']);
  });
});
