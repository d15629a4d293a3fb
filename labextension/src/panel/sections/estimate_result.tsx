import * as React from 'react';
import type { Alternative, Estimate, EstimateLine } from '../../api/types';
import { sourceWords, unitWords } from '../../components/price';
import { useView } from '../../components/view';
import type { Formatter } from '../../format';
import { kindWords } from '../../words';
import { costOf, durationWords, headlineWords, lineCost, listWords, rangeWords, spans } from './estimate_words';

interface Props {
  estimate: Estimate;
  format: Formatter;
}

interface ResultProps extends Props {
  use: (alternative: Alternative) => void;
}

/** What it would cost, what that rests on, and what else would do. */
export function EstimateResult({ estimate, format, use }: ResultProps): React.JSX.Element {
  return (
    <>
      <Figure estimate={estimate} format={format} />
      <Lines estimate={estimate} format={format} />
      <Alternatives estimate={estimate} format={format} use={use} />
      <Remarks estimate={estimate} />
    </>
  );
}

function Figure({ estimate, format }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  const said = [rangeWords, listWords, durationWords].map(words => words(estimate, format, trans));
  return (
    <>
      <div className="mlcost-Estimate-amount" data-mlcost-headline="">
        {headlineWords(estimate, format, trans)}
      </div>
      <div className="mlcost-Quiet mlcost-mod-small">
        {[kindWords(estimate.kind, trans), estimate.region_id].join(' · ')}
        {said.map(words => (words === null ? null : <div key={words}>{words}</div>))}
      </div>
      <dl className="mlcost-Amounts">
        {spans(estimate.cost_per_hour, format, trans).map(([label, amount]) => (
          <div key={label} className="mlcost-Pair">
            <dt className="mlcost-mod-quiet">{label}</dt>
            <dd className="mlcost-Number">{amount}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Lines({ estimate, format }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  const isEndless = estimate.duration_seconds.basis === 'open_ended';
  return (
    <table className="mlcost-Table mlcost-Estimate-lines">
      <thead>
        <tr>
          <th scope="col">{trans.__('What is paid for')}</th>
          <th scope="col">{isEndless ? trans.__('An hour') : trans.__('Cost')}</th>
        </tr>
      </thead>
      <tbody>
        {estimate.lines.map((line, at) => (
          <tr key={at}>
            <th scope="row">
              {line.description}
              <PriceOf line={line} currency={estimate.billing_currency} />
            </th>
            <td className="mlcost-Table-amount" data-mlcost-cost={lineCost(line, isEndless) ?? ''}>
              {format.money(lineCost(line, isEndless)) ?? trans.__('not known')}
            </td>
          </tr>
        ))}
        {estimate.unpriced.map((line, at) => (
          <tr key={`unpriced-${at}`} data-mlcost-unpriced="">
            <th scope="row">
              {line.description}
              <div className="mlcost-Notice-hint">{[line.message, line.hint].join(' ')}</div>
            </th>
            <td className="mlcost-Table-amount mlcost-Row-unknown">{trans.__('price unknown')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A line's unit price, a contracted one with the list's beside it; who says so, and as of when. */
function PriceOf({ line, currency }: { line: EstimateLine; currency: string }): React.JSX.Element {
  const { cost } = useView();
  const unit = { ...line, billing_currency: currency };
  const listed = unitWords(line.list_unit_price, unit, cost);
  const contracted = unitWords(line.contracted_unit_price, unit, cost);
  const price =
    contracted === null || listed === null ? (contracted ?? listed) : cost.trans.__('%1 (list: %2)', contracted, listed);
  return (
    <>
      <div className="mlcost-Notice-hint">{price}</div>
      <div className="mlcost-Notice-hint">{sourceWords(line, cost)}</div>
    </>
  );
}

function Alternatives({ estimate, format, use }: ResultProps): React.JSX.Element | null {
  const { trans } = useView().cost;
  const isListed = estimate.contracted_cost !== null;
  const words = (alternative: Alternative): string => {
    const { expected } = costOf(alternative);
    const perHour = expected === null ? format.rate(alternative.cost_per_hour) : null;
    if (perHour !== null) {
      return trans.__('%1 an hour', perHour);
    }
    const amount = format.money(expected) ?? trans.__('not known');
    return isListed && alternative.contracted_cost === null ? trans.__('%1 by the list', amount) : amount;
  };
  return estimate.alternatives.length === 0 ? null : (
    <>
      <h3 className="mlcost-Heading">{trans.__('What would cost less')}</h3>
      <ul className="mlcost-Rows">
        {estimate.alternatives.map((alternative, at) => (
          <li key={at} className="mlcost-Row" data-mlcost-alternative={alternative.title}>
            <div className="mlcost-Pair mlcost-mod-wrap">
              <span>{alternative.title}</span>
              <span className="mlcost-Number">{words(alternative)}</span>
            </div>
            <div className="mlcost-Row-line">
              <span className="mlcost-Row-remark">{alternative.basis}</span>
              <button
                type="button"
                className="mlcost-Fold"
                aria-label={trans.__('Use this: %1', alternative.title)}
                onClick={() => use(alternative)}
              >
                {trans.__('Use this')}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What the server takes for granted, and what it could not find out: in English, which the translator does not know. */
function Remarks({ estimate: { assumptions, data_quality } }: { estimate: Estimate }): React.JSX.Element | null {
  const { trans } = useView().cost;
  return assumptions.length + data_quality.length === 0 ? null : (
    <>
      <h3 className="mlcost-Heading">{trans.__('What this rests on')}</h3>
      <ul className="mlcost-Estimate-remarks">
        {assumptions.map(text => (
          <li key={text}>{text}</li>
        ))}
        {data_quality.map(({ code, message, hint }) => (
          <li key={code + message} data-mlcost-note={code}>
            {[message, hint].join(' ')}
          </li>
        ))}
      </ul>
    </>
  );
}
