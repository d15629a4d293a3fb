import * as React from 'react';
import type { IdleSetting } from '../../api/types';
import { FoldButton, useFold } from '../../components/disclosure';
import { useView } from '../../components/view';
import { isBuiltIn, originWords } from '../../idle_words';

/** Each value of the policy's idle part, where it is from, and what the user may make of it. */
export function Settings({ settings }: { settings: IdleSetting[] }): React.JSX.Element | null {
  const { trans } = useView().cost;
  const fold = useFold();
  return settings.length === 0 ? null : (
    <>
      <FoldButton fold={fold}>{trans.__('Settings, and what you may change')}</FoldButton>
      {fold.isOpen ? (
        <div id={fold.id} data-mlcost-idle-settings="">
          <SettingTable settings={settings} />
        </div>
      ) : null}
    </>
  );
}

/** A name and, below it, two values: a narrow panel has no room for three columns. */
function SettingTable({ settings }: { settings: IdleSetting[] }): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <table className="mlcost-Table mlcost-Idle-table mlcost-mod-settings">
      <caption>{trans.__('Your own file is ~/.config/mlcost/policy.yaml.')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('In force')}</th>
          <th scope="col">{trans.__('You may make it')}</th>
        </tr>
      </thead>
      {settings.map(setting => (
        <Setting key={setting.place} setting={setting} />
      ))}
    </table>
  );
}

function Setting({ setting }: { setting: IdleSetting }): React.JSX.Element {
  const { trans } = useView().cost;
  const { may_be, origin, place, value } = setting;
  return (
    <tbody data-mlcost-setting={place}>
      <tr>
        <th className="mlcost-Idle-group" colSpan={2} scope="rowgroup">
          {place}
          <span className={isBuiltIn(origin) ? 'mlcost-Idle-detail' : 'mlcost-Idle-detail mlcost-mod-path'}>
            {trans.__('by %1', originWords(origin, trans))}
          </span>
        </th>
      </tr>
      <tr>
        <td>{value}</td>
        <td>{may_be}</td>
      </tr>
    </tbody>
  );
}
