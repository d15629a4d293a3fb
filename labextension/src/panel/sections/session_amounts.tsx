import * as React from 'react';
import type { DataQuality, Overview } from '../../api/types';
import { boundWords } from '../../bound';
import { Around } from '../../components/around';
import { useDisclosure } from '../../components/disclosure';
import { LiveMoney } from '../../components/live';
import { useView } from '../../components/view';
import { sessionFigure } from '../../live';
import { isSessionAwaited } from '../../quality';
import { SLOT } from '../../slot';
import { standingTotal } from '../../standing_total';
import { noteWords } from '../../words';
import type { SectionProps } from '../section';

/** Why the cost of this session is not known; that it has no price is said above it. */
const NO_START = ['session_start_unknown', 'session_reading'];

/** Why a stopped day has no figure: a disk that nobody bills by itself, or something that is not known. */
const NOT_COUNTED = ['no_storage'];
const NO_STORAGE = ['storage_unknown', 'storage_price_unknown', 'metadata_broken', 'session_reading'];

/** What this session has cost, and what goes on costing beside it; what is not known says so, and why. */
export function Amounts({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { session } = overview;
  return (
    <dl className="mlcost-Amounts">
      <SoFar overview={overview} />
      {session.cost_today === null ? null : (
        <Amount label={trans.__('This machine today')}>
          <Bounded overview={overview}>{format.money(session.cost_today)}</Bounded>
        </Amount>
      )}
      {session.cost_month === null ? null : (
        <Amount label={trans.__('This machine in %1', format.month(overview.as_of))}>
          <Bounded overview={overview}>{format.money(session.cost_month)}</Bounded>
        </Amount>
      )}
      <Stopped overview={overview} />
      <Standing overview={overview} />
    </dl>
  );
}

function SoFar({ overview }: SectionProps): React.JSX.Element {
  const { cost, isShown } = useView();
  const { format, model, trans } = cost;
  const { session } = overview;
  const label = trans.__('This session');
  if (session.cost === null) {
    return <Missing label={label} overview={overview} why={firstOf(NO_START, overview)} />;
  }
  return (
    <Amount label={label} exact={session.cost}>
      <Bounded overview={overview}>
        <LiveMoney model={model} format={format} figure={sessionFigure(overview)} isShown={isShown} />
      </Bounded>
    </Amount>
  );
}

/** An amount of this machine, at most so much where the time it counts from may be too early. */
function Bounded({ overview, children }: SectionProps & { children: React.ReactNode }): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <Around
      words={boundWords(overview.session.cost_basis === 'at_most' ? 'most' : null, SLOT, trans)}
      className="mlcost-Row-prefix"
    >
      {children}
    </Around>
  );
}

function Stopped({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const perDay = format.rate(overview.session.cost_per_day_when_stopped);
  const label = trans.__('Storage, also when stopped');
  if (perDay !== null) {
    return <Amount label={label}>{trans.__('%1 a day', perDay)}</Amount>;
  }
  const notCounted = firstOf(NOT_COUNTED, overview);
  return notCounted === undefined ? (
    <Missing label={label} overview={overview} why={firstOf(NO_STORAGE, overview)} />
  ) : (
    <Unknown label={label} words={trans.__('not counted')} why={noteWords(notCounted)} />
  );
}

/** What costs beside this session and its jobs until somebody ends it; other sections say what it is. */
function Standing({ overview }: SectionProps): React.JSX.Element | null {
  const { cost } = useView();
  const { trans } = cost;
  const total = standingTotal(overview, cost);
  const label = trans.__('What else stays on');
  switch (total.is) {
    case 'nothing':
      return null;
    case 'reading':
      return <Unknown label={label} words={trans.__('being read')} why={null} />;
    case 'unknown':
      return <Unknown label={label} words={trans.__('unknown')} why={total.why} />;
    default:
      return (
        <Amount label={label} exact={overview.totals.standing_cost_per_day ?? ''}>
          {total.words}
        </Amount>
      );
  }
}

/** A figure of this session's that is not known, or not yet. */
function Missing({ label, overview, why }: SectionProps & { label: string; why?: DataQuality }): React.JSX.Element {
  const { trans } = useView().cost;
  const words = isSessionAwaited(overview) ? trans.__('being read') : trans.__('unknown');
  return <Unknown label={label} words={words} why={why === undefined ? null : noteWords(why)} />;
}

/** Give the first of some notes that is there; those about this session stand before those about jobs. */
function firstOf(codes: readonly string[], { data_quality }: Overview): DataQuality | undefined {
  return data_quality.find(({ code }) => codes.includes(code));
}

interface AmountProps {
  label: string;
  exact?: string;
  children: React.ReactNode;
}

function Amount({ label, exact, children }: AmountProps): React.JSX.Element {
  return (
    <div className="mlcost-Pair mlcost-mod-wrap">
      <dt className="mlcost-mod-quiet">{label}</dt>
      <dd className="mlcost-Number" data-mlcost-cost={exact}>
        {children}
      </dd>
    </div>
  );
}

interface UnknownProps {
  label: string;
  words: string;
  /** The reason, to be opened beside the words; null: it stands somewhere else, or goes away by itself. */
  why: string | null;
}

/** Words where an amount would stand, and why there is none. */
function Unknown({ label, words, why }: UnknownProps): React.JSX.Element {
  const { trans } = useView().cost;
  const reason = useDisclosure(trans.__('Why: %1, %2', label, words));
  return (
    <div className="mlcost-Pair mlcost-mod-wrap" data-mlcost-unknown="">
      <dt className="mlcost-mod-quiet">{label}</dt>
      <dd>
        <span className="mlcost-Row-unknown">{words}</span>
        {why === null ? null : reason.button}
      </dd>
      {why !== null && reason.isOpen ? (
        <dd className="mlcost-Why mlcost-Quiet" id={reason.id}>
          {why}
        </dd>
      ) : null}
    </div>
  );
}
