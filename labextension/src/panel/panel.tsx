import * as React from 'react';
import { Skeleton } from '../components/skeleton';
import { ViewContext, useView, type Scope, type View } from '../components/view';
import type { Ending } from '../endings/ending';
import type { ICost } from '../tokens';
import { Banner } from './banner';
import type { PanelSection, SectionProps } from './section';
import { SECTIONS } from './sections';

interface PanelProps {
  cost: ICost;
  isShown: boolean;
  end: (ending: Ending) => void;
}

/** The whole panel, from the model's last overview and how sure it is of it. */
export function Panel({ cost, isShown, end }: PanelProps): React.JSX.Element {
  useChanges(cost, isShown);
  const [wanted, setScope] = React.useState<Scope>('mine');
  const { overview, phase } = cost.model;
  // Who may no longer see the account is back at what is theirs.
  const scope = overview?.scope_account === true ? wanted : 'mine';
  const view = React.useMemo<View>(() => ({ cost, isShown, isLive: true, scope, setScope, end }), [cost, isShown, scope, end]);
  return (
    <ViewContext.Provider value={view}>
      <div className={`mlcost-Panel mlcost-mod-${phase}`} tabIndex={-1} data-mlcost-panel="" data-mlcost-phase={phase}>
        <Banner />
        {overview === null ? <First /> : <Sections overview={overview} />}
      </div>
    </ViewContext.Provider>
  );
}

/** Draw anew when the model has changed, but not while nobody can see it. */
function useChanges(cost: ICost, isShown: boolean): void {
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    if (!isShown) {
      return undefined;
    }
    cost.model.changed.connect(redraw);
    redraw();
    return () => {
      cost.model.changed.disconnect(redraw);
    };
  }, [cost, isShown]);
}

function First(): React.JSX.Element | null {
  const { model, trans } = useView().cost;
  return model.phase === 'loading' ? (
    <section className="mlcost-Section" data-mlcost-state="loading">
      <Skeleton lines={5} label={trans.__('Costs are being read')} />
    </section>
  ) : null;
}

function Sections({ overview }: SectionProps): React.JSX.Element {
  const { scope } = useView();
  const isThere = (section: PanelSection): boolean => (section.scope ?? scope) === scope && (section.isNeeded?.(overview) ?? true);
  return (
    <>
      {SECTIONS.filter(isThere).map(section => (
        <Section key={section.id} section={section} overview={overview} />
      ))}
    </>
  );
}

function Section({ section, overview }: SectionProps & { section: PanelSection }): React.JSX.Element {
  const { cost } = useView();
  const heading = React.useId();
  const { Aside, Body } = section;
  return (
    <section className="mlcost-Section" tabIndex={-1} data-mlcost-section={section.id} aria-labelledby={heading}>
      <header className="mlcost-Section-header">
        <h2 id={heading}>{section.title(cost)}</h2>
        {Aside === undefined ? null : (
          <span className="mlcost-Section-aside">
            <Aside overview={overview} />
          </span>
        )}
      </header>
      <Body overview={overview} />
    </section>
  );
}
