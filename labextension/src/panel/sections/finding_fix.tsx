import * as React from 'react';
import type { FindingRow } from '../../api/types';
import { bequeathFocus } from '../../components/heir';
import { useView } from '../../components/view';
import { failureWords } from './finding_accept';

interface ChangeProps {
  finding: FindingRow;
  /** Told what is to be read aloud. */
  say: (words: string) => void;
}

/** Has the guard change the next launch from the same notebook, once; asked again, it is taken back. */
export function ChangeNextLaunch({ finding, say }: ChangeProps): React.JSX.Element {
  const { trans } = useView().cost;
  const { failure, isSending, toggle } = useWish(finding, say);
  const node = React.useRef<HTMLButtonElement>(null);
  React.useLayoutEffect(() => {
    const button = node.current;
    return () => bequeathFocus(button);
  }, []);
  const isWanted = finding.is_fix_wanted;
  return (
    <>
      {isWanted ? <span className="mlcost-Finding-wanted">{trans.__('Changed at the next launch, once.')}</span> : null}
      <button
        ref={node}
        type="button"
        className={`mlcost-Finding-button${isWanted ? '' : ' mlcost-mod-first'}`}
        aria-busy={isSending}
        aria-label={
          isWanted
            ? trans.__('Leave the next launch as it is (%1)', finding.title)
            : trans.__('Change it at the next launch (%1)', finding.title)
        }
        title={trans.__('The next launch from this notebook is changed before it is sent, and says so.')}
        data-mlcost-finding-fix={isWanted ? 'wanted' : 'offered'}
        onClick={toggle}
      >
        {isWanted ? trans.__('Undo') : trans.__('Change at next launch')}
      </button>
      {failure === null ? null : (
        <p className="mlcost-Finding-failure" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

interface Wish {
  /** Why it could not be noted; null: it was not tried, or is being tried. */
  readonly failure: string | null;
  readonly isSending: boolean;
  readonly toggle: () => void;
}

function useWish({ id, is_fix_wanted, title }: FindingRow, say: (words: string) => void): Wish {
  const { model, trans } = useView().cost;
  const [isSending, setSending] = React.useState(false);
  const [failure, setFailure] = React.useState<string | null>(null);
  const send = async (): Promise<void> => {
    setSending(true);
    setFailure(null);
    try {
      await model.actions.wantFix(id, !is_fix_wanted);
      say(
        is_fix_wanted ? trans.__('The next launch is left as it is: %1', title) : trans.__('Changed at the next launch: %1', title)
      );
      await model.refresh().catch(() => undefined);
    } catch (error) {
      setFailure(failureWords(error, trans));
    } finally {
      setSending(false);
    }
  };
  return { failure, isSending, toggle: () => (isSending ? undefined : void send()) };
}
