import * as React from 'react';
import { useView, type Scope } from '../../components/view';
import type { PanelSection } from '../section';

/** Whose things are shown below: one's own, or all of the account. */
function Body(): React.JSX.Element {
  const { trans } = useView().cost;
  const name = React.useId();
  return (
    <div className="mlcost-Scope" role="radiogroup" aria-label={trans.__('Whose jobs and endpoints are shown')}>
      <Choice name={name} scope="mine" words={trans.__('Mine')} />
      <Choice name={name} scope="account" words={trans.__('Account')} />
    </div>
  );
}

function Choice({ name, scope, words }: { name: string; scope: Scope; words: string }): React.JSX.Element {
  const view = useView();
  return (
    <label className="mlcost-Scope-choice" data-mlcost-scope={scope}>
      <input type="radio" name={name} checked={view.scope === scope} onChange={() => view.setScope(scope)} />
      <span>{words}</span>
    </label>
  );
}

export const SCOPE: PanelSection = {
  id: 'scope',
  title: ({ trans }) => trans.__('Whose'),
  Body,
  isNeeded: ({ scope_account }) => scope_account
};
