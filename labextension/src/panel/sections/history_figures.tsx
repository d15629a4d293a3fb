import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { Overview } from '../../api/types';
import { chargeTables, type ChargeTable } from '../../charge_table';
import { headWords } from '../../charge_words';
import { Notice } from '../../components/notice';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import type { ChargeHistory, HistoryPicture } from '../../history';
import type { ICost } from '../../tokens';
import { noteWords } from '../../words';
import { DayChart } from './history_chart';
import { PartTable } from './history_table';

interface Props {
  history: ChargeHistory;
  overview: Overview;
}

/** What was last read, also while something else is being read, or could not be. */
export function Figures({ history, overview }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  const { error, isReading, picture } = history;
  const isFirst = picture === null && error === null;
  return (
    <>
      {error === null ? null : <Failure history={history} />}
      {isFirst ? <Skeleton lines={5} label={trans.__('What was charged is being read')} /> : null}
      {picture === null ? null : (
        <div className="mlcost-History-figures" aria-busy={isReading && picture.question !== history.question}>
          <Picture picture={picture} overview={overview} />
        </div>
      )}
    </>
  );
}

function Failure({ history }: { history: ChargeHistory }): React.JSX.Element {
  const { trans } = useView().cost;
  const [said, hint] = history.error instanceof ApiError ? [history.error.message, history.error.hint] : ['', ''];
  return (
    <div data-mlcost-failure="">
      <Notice
        state="failed"
        tone="warning"
        title={said || trans.__('What was charged could not be read.')}
        hint={hint || trans.__('It is tried again by itself.')}
      />
      <button type="button" className="mlcost-Fold" data-mlcost-retry="" onClick={() => history.refresh()}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}

function Picture({ picture, overview }: { picture: HistoryPicture; overview: Overview }): React.JSX.Element {
  const { cost } = useView();
  const { format, model, trans } = cost;
  const tables = chargeTables(picture, model.confirmedTime ?? new Date(), overview.charged?.since ?? null);
  const asOf = format.time(picture.parts.as_of);
  const utc = trans.__('Days are those of UTC.');
  return (
    <>
      <div className="mlcost-mod-hiddenText" aria-live="polite">
        {captionWords(picture, null, cost)}
      </div>
      {tables.length === 0 ? (
        <div className="mlcost-Quiet" data-mlcost-state="none">
          {trans.__('Nothing was charged in these days.')}
        </div>
      ) : null}
      {tables.map(table => (
        <OfCurrency key={table.currency} table={table} picture={picture} isOneOfMany={tables.length > 1} />
      ))}
      {picture.parts.data_quality.map(note => (
        <div key={note.code + note.message} className="mlcost-Quiet mlcost-mod-small" data-mlcost-note={note.code}>
          {noteWords(note)}
        </div>
      ))}
      <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-utc="">
        {asOf === null ? utc : trans.__('%1 Counted up to %2.', utc, asOf)}
      </div>
    </>
  );
}

interface OfCurrencyProps {
  table: ChargeTable;
  picture: HistoryPicture;
  isOneOfMany: boolean;
}

function OfCurrency({ table, picture, isOneOfMany }: OfCurrencyProps): React.JSX.Element {
  const { cost } = useView();
  const { currency } = table;
  const format = React.useMemo(() => cost.format.inCurrency(currency), [cost.format, currency]);
  return (
    <div className="mlcost-History-currency" data-mlcost-currency={currency}>
      <DayChart days={table.days} format={format} />
      <PartTable
        key={headWords(picture.question, cost.trans)}
        table={table}
        question={picture.question}
        caption={captionWords(picture, isOneOfMany ? currency : null, cost)}
        format={format}
      />
    </div>
  );
}

/** Say which days these are and by what, and in which currency where there are several. */
function captionWords({ days, question }: HistoryPicture, currency: string | null, { format, trans }: ICost): string {
  const last = new Date(Date.parse(days.charge_period_end) - 1);
  const [from, to] = [days.charge_period_start, Number.isNaN(last.getTime()) ? '' : last.toISOString()].map(day =>
    format.shortDate(day)
  );
  const by = headWords(question, trans).toLocaleLowerCase(format.locale);
  const words = trans.__('%1 to %2, by %3', from, to, by);
  return currency === null ? words : trans.__('%1, in %2', words, currency.slice(0, 8));
}
