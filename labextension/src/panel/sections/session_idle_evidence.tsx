import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { IdleView } from '../../api/types';
import { Notice } from '../../components/notice';
import { Skeleton } from '../../components/skeleton';
import { useView } from '../../components/view';
import { isIdle } from '../../idle';
import type { IdleEvidence } from '../../idle_evidence';
import { policyWords, wholeOrigin } from '../../idle_words';
import { Native } from './session_idle_native';
import { Settings } from './session_idle_settings';
import { Signals } from './session_idle_signals';

interface EvidenceProps {
  id: string;
  evidence: IdleEvidence;
}

/** What the verdict stands on; it is read for as long as it can be seen. */
export function Evidence({ id, evidence }: EvidenceProps): React.JSX.Element {
  const { cost, isShown } = useView();
  React.useEffect(() => {
    const watching = isShown ? evidence.watch() : null;
    return () => watching?.dispose();
  }, [evidence, isShown]);
  const { error, view } = evidence;
  return (
    <div id={id} className="mlcost-Idle-evidence" data-mlcost-evidence={view?.mode ?? ''}>
      {error === null ? null : <Failure evidence={evidence} />}
      {view === null && error === null ? <Skeleton lines={4} label={cost.trans.__('The evidence is being read')} /> : null}
      {view === null ? null : <Told view={view} />}
    </div>
  );
}

function Failure({ evidence }: Pick<EvidenceProps, 'evidence'>): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { error, view } = evidence;
  const { message, hint } = error instanceof ApiError ? error : { message: '', hint: '' };
  const at = format.time(view?.as_of ?? null);
  const advice = hint || trans.__('Look whether the server is running, and try again.');
  return (
    <>
      <Notice
        state="failed"
        tone="warning"
        title={message || trans.__('What keeps this machine awake could not be read.')}
        hint={at === null ? advice : trans.__('%1 What stands here is as of %2.', advice, at)}
      />
      <button type="button" className="mlcost-Fold" data-mlcost-retry="" onClick={() => evidence.refresh()}>
        {trans.__('Retry')}
      </button>
    </>
  );
}

function Told({ view }: { view: IdleView }): React.JSX.Element {
  const { reason, state } = view.verdict;
  const isOff = state === 'off';
  return (
    <>
      {isIdle(view.verdict) && reason !== '' ? <p className="mlcost-Idle-reason">{reason}</p> : null}
      {isOff ? null : <Signals view={view} />}
      <Unmeasured sentences={view.unmeasured} />
      <Policy view={view} />
      <Settings settings={view.settings} />
      {view.native === null ? null : <Native native={view.native} view={view} />}
    </>
  );
}

/** What could not be looked at, which is not the same as that nothing was there. */
function Unmeasured({ sentences }: { sentences: string[] }): React.JSX.Element | null {
  const { trans } = useView().cost;
  const heading = React.useId();
  return sentences.length === 0 ? null : (
    <>
      <h3 id={heading} className="mlcost-Heading">
        {trans.__('Not looked at')}
      </h3>
      <ul className="mlcost-Idle-sentences" aria-labelledby={heading} data-mlcost-unmeasured="">
        {sentences.map((sentence, at) => (
          <li key={at}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

/** After how long it is to be stopped, by whose word, and what else has to be said of that. */
function Policy({ view }: { view: IdleView }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const more = [view.verdict.state === 'off' ? view.verdict.reason : '', view.note ?? ''].filter(text => text !== '');
  return (
    <p className="mlcost-Idle-policy" data-mlcost-policy={view.mode} title={wholeOrigin(view) ?? undefined}>
      {policyWords(view, format, trans)}
      {more.map(text => (
        <span key={text} className="mlcost-mod-quiet">
          {' '}
          {text}
        </span>
      ))}
    </p>
  );
}
