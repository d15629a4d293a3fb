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
    await dialog(
      /Stop this app\?.*labeling.*It costs \$2\.47 a day: stopping it saves \$2\.40 of that\..*what is not saved is lost\./
    );
    await dialog(/Its files stay: 20 GB go on costing \$0\.07 a day\./);
    press('Stop the app');
    await asked;
    expect(source.ended).toEqual(['app d-practice.labeling.CodeEditor.default a-token']);
  });

  it('does not make up what its storage costs', async () => {
    const asked = ask({ what: 'app', row: appRow({ cost_per_day: null, storage_cost_per_day: null }) });
    await dialog(/What that saves is not known\..*Its files stay, and their storage goes on costing; how much is not known\./);
    press('Let it run');
    await asked;
  });

  it('says what its storage costs also where its size is not known, and what is saved where its storage is not', async () => {
    const first = ask({ what: 'app', row: appRow({ volume_gb: null }) });
    await dialog(/Its files stay: their storage goes on costing \$0\.07 a day\./);
    press('Let it run');
    await first;
    const second = ask({ what: 'app', row: appRow({ storage_cost_per_day: null }) });
    await dialog(/It costs at least \$2\.40 a day: stopping it saves \$2\.40 of that\./);
    press('Let it run');
    await second;
    const third = ask({ what: 'app', row: appRow({ space_name: null, storage_cost_per_day: null }) });
    await dialog(/That saves \$2\.40 a day\./);
    press('Let it run');
    await third;
  });

  it('stops a notebook instance without a token, since it can be started again', async () => {
    const asked = ask({ what: 'app', row: notebookRow() });
    await dialog(/Stop this notebook instance\?.*It costs \$1\.19 a day: stopping it saves \$1\.11 of that\./);
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
  it('asks once, with what it saves, and until when', async () => {
    const asked = ask({ what: 'warm-pool', row: warmPoolRow() });
    await dialog(
      /Release these instances\?.*churn-warm-003.*2 × ml\.g5\.xlarge: they cost \$2\.82 an hour, and \$0\.28 a day for volumes\./
    );
    await dialog(/Releasing them saves that until .*\d\d:40 at the latest, when AWS gives them back by itself\./);
    press('Release the instances');
    await asked;
    expect(source.ended).toEqual(['warm-pool churn-warm-003']);
  });

  it('promises no saving that is not known', async () => {
    const unknown = { cost_per_hour: null, storage_cost_per_day: null, until: null };
    const asked = ask({ what: 'warm-pool', row: warmPoolRow(unknown) });
    await dialog(/what they cost is not known\..*until AWS gives them back by itself; when that is is not known/);
    press('Keep them');
    await asked;
    expect(source.ended).toEqual([]);
  });
});

describe('stopping a schedule', () => {
  it('says what it watches, what a run costs and that no more start', async () => {
    const asked = ask({ what: 'schedule', row: scheduleRow() });
    await dialog(
      /Stop this schedule\?.*fraud-data-quality.*It watches the endpoint fraud-scoring\..*saves at most \$0\.23 for each run\./
    );
    await dialog(/It starts no more runs/);
    press('Stop the schedule');
    await asked;
    expect(source.ended).toEqual(['schedule fraud-data-quality']);
  });

  it('promises no saving that is not known', async () => {
    const asked = ask({ what: 'schedule', row: scheduleRow({ endpoint: null, high_per_run: null }) });
    await dialog(/What a run costs, and with it what that saves, is not known\./);
    expect(document.querySelector('.jp-Dialog')?.textContent).not.toContain('watches');
    press('Let it run');
    await asked;
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

  it.each([
    [
      { 'sagemaker:user-profile-arn': 'arn:aws:sagemaker:us-east-1:1:user-profile/d-1/bob', Owner: 'x' },
      /user profile bob that runs it/
    ],
    [{ Owner: 'bob@example.org' }, /by its tags it belongs to bob@example\.org/],
    [{ 'sagemaker:space-arn': 'arn:aws:sagemaker:us-east-1:1:space/d-1/bobs-space' }, /started in the space bobs-space/],
    [{ team: 'fraud', owner: '' }, /somebody else of this account runs it/]
  ])('is told to be whose it is, as far as its tags say: %o', async (tags: Record<string, string>, words) => {
    const asked = ask({ what: 'job', row: jobRow({ is_mine: false, tags }) });
    await dialog(words);
    press('Let it run');
    await asked;
  });

  it("is an app of a user profile's", async () => {
    const asked = ask({ what: 'app', row: appRow({ is_mine: false, user_profile_name: 'bob' }) });
    await dialog(/user profile bob that runs it/);
    press('Let it run');
    await asked;
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
