import * as React from 'react';
import type { ChargeGroup } from '../../api/types';
import type { ChargeTable } from '../../charge_table';
import { amountWords, chargeBasisWords, exactWords, groupWords, headWords } from '../../charge_words';
import { More } from '../../components/more';
import { useView } from '../../components/view';
import type { Formatter } from '../../format';
import type { HistoryQuestion } from '../../history';

/** So many rows are drawn before somebody asks for all: a month of days, at least. */
const AT_FIRST = 31;

interface Props {
  table: ChargeTable;
  question: HistoryQuestion;
  caption: string;
  format: Formatter;
}

/** What the bars show in figures, or the same days by something else; the last row is the sum of all others. */
export function PartTable({ table, question, caption, format }: Props): React.JSX.Element {
  const { cost } = useView();
  const { trans } = cost;
  const [isAll, setAll] = React.useState(false);
  const rows = isAll ? table.rows : table.rows.slice(0, AT_FIRST);
  return (
    <>
      <table className="mlcost-Table" data-mlcost-by={question.by}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{headWords(question, trans)}</th>
            <th scope="col">{trans.__('Basis')}</th>
            <th scope="col">{trans.__('Cost')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <PartRow key={at} group={row} name={groupWords(row, question.by, format, trans)} format={format} />
          ))}
        </tbody>
        <tfoot>
          <PartRow group={table.total} name={trans.__('Total')} format={format} />
        </tfoot>
      </table>
      {rows.length < table.rows.length ? (
        <More words={trans.__('Show all %1', cost.format.count(table.rows.length))} of="charges" onClick={() => setAll(true)} />
      ) : null}
    </>
  );
}

function PartRow({ group, name, format }: { group: ChargeGroup; name: string; format: Formatter }): React.JSX.Element {
  const { trans } = useView().cost;
  const isKnown = group.contracted_cost !== null;
  return (
    <tr>
      <th scope="row">
        <span className="mlcost-Table-name" title={name}>
          {name}
        </span>
      </th>
      <td className="mlcost-Table-basis">{chargeBasisWords(group, format, trans)}</td>
      <td
        className={isKnown ? 'mlcost-Table-amount' : 'mlcost-Table-amount mlcost-Row-unknown'}
        data-mlcost-cost={group.contracted_cost ?? ''}
        title={exactWords(group, trans)}
      >
        {amountWords(group, format, trans)}
      </td>
    </tr>
  );
}
