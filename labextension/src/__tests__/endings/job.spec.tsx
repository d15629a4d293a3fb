import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import { OverviewModel } from '../../model';
import { confirmAndEnd } from '../../endings/confirm';
import { dialog, press } from '../dialogs';
import { jobRow, overviewOf } from '../documents';
import { FakeSource } from '../fakes';
import { costOf } from '../render';

let source: FakeSource;
let model: OverviewModel;

beforeEach(() => {
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source });
});

afterEach(() => {
  model.dispose();
});

describe('stopping a job', () => {
  it('names the job and its cost, and stops it only when told to', async () => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ cost: '1.4', cost_per_hour: '0' }) }, costOf(model));
    await dialog(/Stop this job\?.*bert-ft-031.*It has cost \$1\.40 so far\./);
    press('Stop the job');
    await asked;
    expect(source.ended).toEqual(['training bert-ft-031']);
  });

  it('says "at most" of what a Spot job has cost', async () => {
    const asked = confirmAndEnd(
      { what: 'job', row: jobRow({ cost: '1.4', cost_per_hour: '0', cost_basis: 'at_most' }) },
      costOf(model)
    );
    await dialog(/It has cost at most \$1\.40 so far\./);
    press('Let it run');
    await asked;
  });

  it('says what it costs an hour, and what it can still come to', async () => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ high_leaves_out_storage: true }) }, costOf(model));
    await dialog(
      /It costs \$1\.41 an hour as it runs now\. If it runs until its stopping condition, it costs at most \$33\.79, storage apart\./
    );
    press('Let it run');
    await asked;
  });

  it('says neither where it does not cost yet and nobody can tell', async () => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ cost: '0', cost_per_hour: '0', high: null }) }, costOf(model));
    await dialog(/It has cost \$0\.00 so far\.It gets two minutes/);
    press('Let it run');
    await asked;
  });

  it('says "at least" of a sum of which not all is known', async () => {
    const half = { kind: 'tuning', is_sum: true, children_started: 20, children_known: 12, high: null, cost_per_hour: '0' };
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ ...half, cost: '4.12' }) }, costOf(model));
    await dialog(/It has cost at least \$4\.12 so far\./);
    press('Let it run');
    await asked;
  });

  it('lets it run when the question is dismissed', async () => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow() }, costOf(model));
    await dialog(/Stop the job/);
    press('Let it run');
    await asked;
    expect(source.ended).toEqual([]);
  });

  it('says what went wrong and what to do', async () => {
    source.endError = new ApiError('permission_missing', 403, 'Not allowed.', 'Ask for it.');
    const asked = confirmAndEnd({ what: 'job', row: jobRow() }, costOf(model));
    await dialog(/Stop the job/);
    press('Stop the job');
    await dialog(/The job was not stopped.*Not allowed\.Ask for it\..*Close/);
    press('Close');
    await asked;
  });

  it.each([
    ['the time runs out', new DOMException('signal timed out', 'TimeoutError')],
    ['the connection breaks', new TypeError('Failed to fetch')],
    ['a proxy gives up', new ApiError('', 504, '', '')],
    ['AWS cannot be reached', new ApiError('network_unreachable', 502, 'AWS did not answer.', 'Try again.')]
  ])('does not claim to know what became of it where %s', async (_, error) => {
    source.endError = error;
    const asked = confirmAndEnd({ what: 'job', row: jobRow() }, costOf(model));
    await dialog(/Stop the job/);
    press('Stop the job');
    await dialog(/It is not known whether the job was stopped.*bert-ft-031.*Look at its state in the list/);
    expect(document.body.textContent).not.toMatch(/was not stopped|runs on/);
    press('Close');
    await asked;
  });

  it('says that it runs on where it was not let through to AWS', async () => {
    source.endError = new ApiError('', 403, 'Forbidden', '');
    const asked = confirmAndEnd({ what: 'job', row: jobRow() }, costOf(model));
    await dialog(/Stop the job/);
    press('Stop the job');
    await dialog(/The job was not stopped.*Forbidden.*Close/);
    press('Close');
    await asked;
  });

  it.each([
    ['training', /two minutes to save its results/],
    ['tuning', /The training jobs it has started are stopped too/],
    ['automl', /The jobs it has started are stopped too/],
    ['transform', /What it has made so far is not kept/],
    ['processing', /It cannot be continued/]
  ])('says what becomes of a %s job', async (kind, words) => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ kind }) }, costOf(model));
    await dialog(words);
    press('Stop the job');
    await asked;
    expect(source.ended).toEqual([`${kind} bert-ft-031`]);
  });

  it('does not make a sum of what is not known', async () => {
    const asked = confirmAndEnd({ what: 'job', row: jobRow({ cost: null, cost_per_hour: null }) }, costOf(model));
    await dialog(/What it has cost is not known\./);
    press('Let it run');
    await asked;
  });
});
