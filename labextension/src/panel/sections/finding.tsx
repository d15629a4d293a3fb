import * as React from 'react';
import type { EndpointRow, FindingRow, FindingSaving, Overview } from '../../api/types';
import { Around } from '../../components/around';
import { bequeathFocus } from '../../components/heir';
import { useView } from '../../components/view';
import { isEnding, thingOf, type Ending } from '../../endings/ending';
import { endpointOf, launchWords } from '../../findings';
import { SLOT } from '../../slot';
import type { Translation } from '../../words';
import { FindingAccept } from './finding_accept';
import { ChangeNextLaunch } from './finding_fix';

interface FindingProps {
  finding: FindingRow;
  overview: Overview;
  /** Told what is to be read aloud. */
  say: (words: string) => void;
}

/** One card: what is wrong, what it costs, and what can be done about it. */
export function Finding({ finding, overview, say }: FindingProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const title = React.useId();
  const endpoint = endpointOf(finding, overview);
  const about = launchWords(finding, format, trans);
  return (
    <li
      className="mlcost-Row mlcost-Finding"
      tabIndex={-1}
      aria-labelledby={title}
      data-mlcost-finding={finding.resource?.name ?? ''}
      data-mlcost-rule={finding.rule}
    >
      <h3 id={title} className="mlcost-Finding-title">
        {finding.title}
      </h3>
      <p className="mlcost-Finding-text">
        {finding.message} {endpoint === null ? finding.hint : null} <Money finding={finding} />
      </p>
      {about === null ? null : <p className="mlcost-Finding-about">{about}</p>}
      <Actions finding={finding} endpoint={endpoint} overview={overview} say={say} />
    </li>
  );
}

/** What it costs as it is, or what another launch would have saved; of what stands it is said where that is not known. */
function Money({ finding: { is_of_launch, saving } }: { finding: FindingRow }): React.JSX.Element | null {
  const { format: ours, trans } = useView().cost;
  if (saving === null) {
    return is_of_launch ? null : <>{trans.__('What it costs is not known.')}</>;
  }
  const format = ours.inCurrency(saving.billing_currency);
  const [amount, month] = [format.rate(saving.per_day ?? saving.once), format.rate(saving.per_month)];
  return (
    <Around words={savingWords(saving, month, trans)}>
      <strong className="mlcost-Number" data-mlcost-saving={saving.per_day ?? saving.once}>
        {amount}
      </strong>
    </Around>
  );
}

function savingWords({ per_day, is_complete }: FindingSaving, inMonth: string | null, trans: Translation): string {
  if (per_day === null) {
    return trans.__('Mended, it would have cost about %1 less, by its estimate.', SLOT);
  }
  return is_complete
    ? trans.__('It costs %1 a day, %2 in 30 days.', SLOT, inMonth)
    : trans.__('It costs at least %1 a day, %2 in 30 days.', SLOT, inMonth);
}

interface ActionsProps extends FindingProps {
  endpoint: EndpointRow | null;
}

function Actions({ finding, endpoint, overview, say }: ActionsProps): React.JSX.Element {
  const { trans } = useView().cost;
  const [isOpen, setOpen] = React.useState(false);
  const form = React.useId();
  const opener = useHeirs();
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <>
      <div className="mlcost-Finding-actions">
        {endpoint === null ? null : <DeleteEndpoint endpoint={endpoint} />}
        {finding.fix === 'next_launch' ? <ChangeNextLaunch finding={finding} say={say} /> : null}
        <button
          ref={opener}
          type="button"
          className="mlcost-Finding-button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? form : undefined}
          aria-label={trans.__('Accept, because… (%1)', finding.title)}
          data-mlcost-finding-accept=""
          onClick={() => setOpen(!isOpen)}
        >
          {trans.__('Accept, because…')}
        </button>
      </div>
      {isOpen ? <FindingAccept id={form} finding={finding} overview={overview} close={close} say={say} /> : null}
    </>
  );
}

/** A button that hands its focus on where it goes with its card. */
function useHeirs(): React.RefObject<HTMLButtonElement> {
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => bequeathFocus(button);
  }, []);
  return node;
}

/** It asks as the endpoint's own row does, and stays while the endpoint is deleted. */
function DeleteEndpoint({ endpoint }: { endpoint: EndpointRow }): React.JSX.Element | null {
  const { cost, end } = useView();
  const { model, trans } = cost;
  const node = useHeirs();
  const ending: Ending = { what: 'endpoint', row: endpoint };
  const isUnderWay = isEnding(ending, model.actions);
  const isAsked = model.actions.isAsked(thingOf(ending));
  if (!endpoint.can_delete && !isUnderWay) {
    return null;
  }
  return (
    <button
      ref={node}
      type="button"
      className="mlcost-Finding-button mlcost-mod-first"
      aria-label={isUnderWay ? trans.__('Deleting %1', endpoint.name) : trans.__('Delete endpoint… (%1)', endpoint.name)}
      aria-disabled={isUnderWay || isAsked}
      aria-busy={isAsked}
      data-mlcost-finding-delete={isUnderWay ? undefined : endpoint.name}
      onClick={() => (isUnderWay ? undefined : end(ending))}
    >
      {isUnderWay ? trans.__('Deleting…') : trans.__('Delete endpoint…')}
    </button>
  );
}
