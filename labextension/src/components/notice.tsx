import * as React from 'react';
import { InfoIcon, WarningIcon } from './icons';

interface NoticeProps {
  /** The name of the state it draws, for tests and styles. */
  state: string;
  tone: 'info' | 'warning';
  title: string;
  hint?: string;
}

/** What happened and what to do, where figures would stand. */
export function Notice({ state, tone, title, hint }: NoticeProps): React.JSX.Element {
  return (
    <div className={`mlcost-Notice mlcost-mod-${tone}`} data-mlcost-state={state} role={tone === 'warning' ? 'status' : undefined}>
      {tone === 'warning' ? <WarningIcon /> : <InfoIcon />}
      <div>
        <div className="mlcost-Notice-title">{title}</div>
        {hint ? <div className="mlcost-Notice-hint">{hint}</div> : null}
      </div>
    </div>
  );
}
