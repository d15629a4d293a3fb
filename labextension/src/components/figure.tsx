import * as React from 'react';
import type { DataQuality } from '../api/types';
import { aDayWords, dayCost, type Parts } from '../day_cost';
import type { Figure } from '../live';
import { lacksPrice, type Priced } from '../quality';
import { SLOT } from '../slot';
import { noteAbout, noteWords } from '../words';
import { Around } from './around';
import { LiveMoney } from './live';
import { useView } from './view';

/** A figure that is carried on each second, as long as it grows and the view is live. */
export function Growing({ figure }: { figure: Figure }): React.JSX.Element {
  const { cost, isLive, isShown } = useView();
  return isLive && !figure.is_final ? (
    <LiveMoney model={cost.model} format={cost.format} figure={figure} isShown={isShown} />
  ) : (
    <>{cost.format.money(figure.cost)}</>
  );
}

interface UnknownProps {
  of: Priced;
  notes: readonly DataQuality[];
}

/** Words where a figure would stand: that it is unknown, and for want of what. */
export function Unknown({ of, notes }: UnknownProps): React.JSX.Element {
  const { trans } = useView().cost;
  const note = noteAbout(notes, of.name, of.instance_type);
  return (
    <span className="mlcost-Row-unknown" data-mlcost-cost="" title={note && noteWords(note)}>
      {lacksPrice(of, notes) ? trans.__('price unknown') : trans.__('cost unknown')}
    </span>
  );
}

interface PerDayProps extends UnknownProps {
  of: Priced & Parts;
}

/** What something costs a day as things stand, instances and volumes together, at the right of its name. */
export function PerDay({ of, notes }: PerDayProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const cost = dayCost(of);
  const amount = format.rate(cost.amount);
  return amount === null ? (
    <Unknown of={of} notes={notes} />
  ) : (
    <span className="mlcost-Row-cost mlcost-Number" data-mlcost-cost={cost.amount}>
      <Around words={aDayWords(cost, SLOT, trans)} className="mlcost-Row-prefix">
        {amount}
      </Around>
    </span>
  );
}
