import * as React from 'react';
import type { State } from '../words';
import { ToneIcon } from './icons';

interface RowProps {
  name: string;
  /** What it costs, at the right of its name. */
  figure: React.ReactNode;
  className?: string;
  /** Where others may point to. */
  id?: string;
  /** `data-…` attributes, for tests and styles. */
  data: Readonly<Record<`data-${string}`, string | undefined>>;
  children?: React.ReactNode;
}

/** One thing that costs: its name and figure, and below what there is to say and do. */
export function Row({ name, figure, className = '', id, data, children }: RowProps): React.JSX.Element {
  return (
    <li className={`mlcost-Row ${className}`.trim()} id={id} tabIndex={id === undefined ? undefined : -1} {...data}>
      <div className="mlcost-Row-head">
        <span className="mlcost-Row-name" title={name}>
          {name}
        </span>
        {figure}
      </div>
      {children}
    </li>
  );
}

interface WhatProps {
  /** What it is, in a few parts; what is null is left out. */
  parts: readonly (string | null)[];
  badge?: string | null;
}

/** The quiet line below a name: what it is. */
export function What({ parts, badge = null }: WhatProps): React.JSX.Element {
  const words = parts.filter(Boolean).join(' · ');
  return (
    <div className="mlcost-Row-what">
      <span className="mlcost-mod-clip" title={words}>
        {words}
      </span>
      {badge === null ? null : <span className="mlcost-Badge">{badge}</span>}
    </div>
  );
}

/** How it stands, as a picture and in words. */
export function StateLine({ state, children }: { state: State; children?: React.ReactNode }): React.JSX.Element {
  return (
    <div className="mlcost-Row-state" data-mlcost-tone={state.tone}>
      <ToneIcon tone={state.tone} />
      <span>
        {state.words}
        {children}
      </span>
    </div>
  );
}

interface FootProps {
  /** What stands at the left of the buttons. */
  children?: React.ReactNode;
  actions: React.ReactNode;
}

/** The last line of a row: a remark, and what can be done. */
export function Foot({ children, actions }: FootProps): React.JSX.Element {
  return (
    <div className="mlcost-Row-line">
      <div className="mlcost-Row-remark">{children}</div>
      <div className="mlcost-Row-actions">{actions}</div>
    </div>
  );
}

/** Why it failed, in AWS's own words. */
export function Failure({ reason }: { reason: string | null }): React.JSX.Element | null {
  return reason === null ? null : <div className="mlcost-Row-failure">{reason}</div>;
}
