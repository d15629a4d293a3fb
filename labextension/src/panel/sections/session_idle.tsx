import * as React from 'react';
import type { Overview } from '../../api/types';
import { bequeathFocus } from '../../components/heir';
import { PauseIcon, ToneIcon, WarningIcon } from '../../components/icons';
import { LiveText } from '../../components/live';
import { useView } from '../../components/view';
import type { IdleEvidence } from '../../idle_evidence';
import { standingOf, stopWords, verdictWords, type Standing } from '../../idle_words';
import type { SectionProps } from '../section';
import { Evidence } from './session_idle_evidence';

/** Whether anything keeps this machine on, in one line; the evidence is read only once somebody asks why. */
export function Idleness({ overview }: SectionProps): React.JSX.Element | null {
  const evidence = useEvidence();
  const [line, told] = [React.useId(), React.useId()];
  const standing = standingOf(overview);
  // Where the policy wants no verdict there is nothing to say, unless somebody asks by a command.
  return standing === 'off' && !evidence.isUnfolded ? null : (
    <div className="mlcost-Idle" data-mlcost-idle={standing}>
      <div className="mlcost-Idle-line">
        {standing === 'off' ? null : <Verdict id={line} overview={overview} standing={standing} />}
        <WhyButton evidence={evidence} told={told} about={standing === 'off' ? undefined : line} />
      </div>
      {evidence.isUnfolded ? <Evidence id={told} evidence={evidence} /> : null}
    </div>
  );
}

/** Draw anew when there is more evidence, or it is unfolded from elsewhere. */
function useEvidence(): IdleEvidence {
  const { cost, isShown } = useView();
  const { idle } = cost.model;
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    if (!isShown) {
      return undefined;
    }
    idle.changed.connect(redraw);
    redraw();
    return () => {
      idle.changed.disconnect(redraw);
    };
  }, [idle, isShown]);
  return idle;
}

interface VerdictProps {
  id: string;
  overview: Overview;
  standing: Standing;
}

function Verdict({ id, overview, standing }: VerdictProps): React.JSX.Element {
  const { cost, isShown } = useView();
  const stop = stopWords(overview, cost.format, cost.trans);
  return (
    <>
      <StandingIcon standing={standing} />
      <div id={id} className="mlcost-Idle-words" data-mlcost-cost={overview.idle.cost ?? undefined}>
        <LiveText model={cost.model} isShown={isShown} read={() => verdictWords(overview, cost)} />
        {stop === null ? null : <span className="mlcost-mod-quiet"> {stop}</span>}
      </div>
    </>
  );
}

function StandingIcon({ standing }: Pick<VerdictProps, 'standing'>): React.JSX.Element {
  switch (standing) {
    case 'idle':
      return <PauseIcon />;
    case 'overdue':
      return <WarningIcon />;
    default:
      return <ToneIcon tone={standing === 'waiting' ? 'waiting' : 'running'} />;
  }
}

interface WhyProps {
  evidence: IdleEvidence;
  /** The id of what it unfolds. */
  told: string;
  /** The id of the line that it explains; undefined: there is none. */
  about: string | undefined;
}

function WhyButton({ evidence, told, about }: WhyProps): React.JSX.Element {
  const { cost, isShown } = useView();
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => bequeathFocus(button);
  }, []);
  React.useEffect(() => {
    if (isShown && evidence.takeFocus()) {
      node.current?.focus();
    }
  });
  return (
    <button
      ref={node}
      type="button"
      className="mlcost-Fold mlcost-Idle-why"
      aria-expanded={evidence.isUnfolded}
      aria-controls={evidence.isUnfolded ? told : undefined}
      aria-describedby={about}
      data-mlcost-why=""
      onClick={() => evidence.fold(evidence.isUnfolded)}
    >
      {cost.trans.__('Why?')}
    </button>
  );
}
