import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/errors';
import type { EndpointRow } from '../../api/types';
import { confirmAndEnd } from '../../endings/confirm';
import { OverviewModel } from '../../model';
import { dialog, noDialog, press } from '../dialogs';
import { endpointRow, forgottenRow, overviewOf } from '../documents';
import { FakeSource } from '../fakes';
import { costOf } from '../render';

let source: FakeSource;
let model: OverviewModel;

/** Ask about an endpoint that the server knows like this. */
function ask(row: EndpointRow, fresh: EndpointRow | Error = row): Promise<void> {
  source.details[row.name] = fresh;
  return confirmAndEnd({ what: 'endpoint', row }, costOf(model));
}

beforeEach(async () => {
  source = new FakeSource(overviewOf());
  model = new OverviewModel({ source });
  model.watch();
  await model.refresh();
});

afterEach(() => {
  model.dispose();
});

describe('deleting an endpoint', () => {
  it('says what goes, what stays, what it saves and when it was called, and deletes only when told to', async () => {
    const asked = ask(forgottenRow());
    await dialog(
      /Delete this endpoint\?.*credit-risk-test.*It was last called 12 days ago\..*That saves \$33\.93 a day, \$0\.14 of it for its volumes\./
    );
    await dialog(/Its model and its configuration stay and cost nothing/);
    press('Delete the endpoint');
    await asked;
    expect(source.ended).toEqual(['endpoint credit-risk-test a-token']);
  });

  it('keeps it when the question is dismissed', async () => {
    const asked = ask(forgottenRow());
    await dialog(/Delete this endpoint/);
    press('Keep it');
    await asked;
    expect(source.ended).toEqual([]);
  });

  it('warns where somebody has called it lately, by what the server says now', async () => {
    const asked = ask(forgottenRow(), forgottenRow({ last_used_at: '2026-11-23T11:00:00Z', is_forgotten: false }));
    await dialog(/It was called 3 hours ago: somebody uses it\. Whoever calls it from then on gets an error\./);
    expect(document.querySelectorAll('.mlcost-Dialog-warning svg')).toHaveLength(1);
    press('Keep it');
    await asked;
  });

  it('warns where nobody knows whether it is called', async () => {
    const asked = ask(endpointRow({ last_use: 'unknown', last_used_at: null }));
    await dialog(/When it was last called is not known\. Make sure that nobody needs it\./);
    press('Keep it');
    await asked;
  });

  it('promises no saving that is not known', async () => {
    const first = ask(endpointRow({ cost_per_day: null, storage_cost_per_day: null }));
    await dialog(/What that saves is not known\./);
    press('Keep it');
    await first;
    const second = ask(endpointRow({ is_costing: false, cost_per_day: '0', storage_cost_per_day: '0' }));
    await dialog(/It costs nothing as things stand\./);
    expect(document.querySelector('.jp-Dialog')?.textContent).not.toContain('$');
    press('Keep it');
    await second;
  });

  it('promises the part of the saving that is known, and speaks of no volumes where there are none', async () => {
    const first = ask(endpointRow({ storage_cost_per_day: null }));
    await dialog(/That saves at least \$5\.52 a day\./);
    press('Keep it');
    await first;
    const second = ask(endpointRow({ storage_cost_per_day: '0' }));
    await dialog(/That saves \$5\.52 a day\./);
    press('Keep it');
    await second;
  });

  it('asks nothing where the endpoint is not there any more, and says so', async () => {
    const gone = new ApiError('not_found', 404, 'No endpoint of yours is called credit-risk-test.', 'Look at the list.');
    const asked = ask(forgottenRow(), gone);
    await dialog(/The endpoint was not deleted.*No endpoint of yours is called credit-risk-test\.Look at the list\..*Close/);
    press('Close');
    await asked;
    expect(source.ended).toEqual([]);
  });

  it('says what AWS said when it refuses, and that it costs on', async () => {
    source.endError = new ApiError('not_now', 409, 'credit-risk-test cannot be ended while it is Updating.', '');
    const asked = ask(forgottenRow());
    await dialog(/Delete this endpoint/);
    press('Delete the endpoint');
    await dialog(/The endpoint was not deleted.*cannot be ended while it is Updating\.It stands as it did, and costs on\./);
    press('Close');
    await asked;
  });

  it('does not claim to know what became of it where no answer came', async () => {
    source.endError = new TypeError('Failed to fetch');
    const asked = ask(forgottenRow());
    await dialog(/Delete this endpoint/);
    press('Delete the endpoint');
    await dialog(/It is not known whether the endpoint was deleted.*If it still stands there in a minute, try again\./);
    press('Close');
    await asked;
  });

  it('asks once, however often the button is pressed', async () => {
    const asked = ask(forgottenRow());
    await ask(forgottenRow());
    await dialog(/Delete this endpoint/);
    press('Keep it');
    await asked;
    expect([source.detailsRead, noDialog()]).toEqual([['credit-risk-test'], true]);
  });
});
