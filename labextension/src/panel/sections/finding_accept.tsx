import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { FindingRow, Overview } from '../../api/types';
import { bequeathFocus } from '../../components/heir';
import { useView } from '../../components/view';
import { daysToAccept } from '../../findings';
import type { Translation } from '../../words';

/** The server takes no longer reason. */
const MAX_REASON = 500;

interface AcceptProps {
  id: string;
  finding: FindingRow;
  overview: Overview;
  close: () => void;
  /** Told what is to be read aloud. */
  say: (words: string) => void;
}

/** Until when, and why: a small form in the card itself. */
export function FindingAccept(props: AcceptProps): React.JSX.Element {
  const { id, finding, overview, close } = props;
  const { trans } = useView().cost;
  const days = daysToAccept(overview);
  const { draft, change, failure, isSending, submit } = useAccepting(props, days.usual);
  const node = React.useRef<HTMLFormElement>(null);
  useFocus(node);
  return (
    <form
      ref={node}
      id={id}
      className="mlcost-Choices mlcost-Finding-form"
      aria-label={trans.__('Accept “%1”', finding.title)}
      onSubmit={submit}
      onKeyDown={event => (event.key === 'Escape' ? close() : undefined)}
    >
      <Field label={trans.__('Because')} of="reason" draft={draft} change={change} type="text" maxLength={MAX_REASON} />
      <Field
        label={trans.__('Not shown until after')}
        of="until"
        draft={draft}
        change={change}
        type="date"
        min={days.first}
        max={days.last}
      />
      {failure === null ? null : (
        <p className="mlcost-Finding-failure" role="alert">
          {failure}
        </p>
      )}
      <div className="mlcost-Finding-actions">
        <button type="submit" className="mlcost-Finding-button mlcost-mod-first" aria-busy={isSending} data-mlcost-finding-send="">
          {isSending ? trans.__('Accepting…') : trans.__('Accept')}
        </button>
        <button type="button" className="mlcost-Finding-button" onClick={close}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

interface Draft {
  readonly reason: string;
  readonly until: string;
}

type Change = (change: Partial<Draft>) => void;

interface FieldProps extends Pick<React.InputHTMLAttributes<HTMLInputElement>, 'type' | 'min' | 'max' | 'maxLength'> {
  label: string;
  of: keyof Draft;
  draft: Draft;
  change: Change;
}

function Field({ label, of, draft, change, ...bounds }: FieldProps): React.JSX.Element {
  return (
    <label className="mlcost-Choice mlcost-mod-wide">
      <span>{label}</span>
      <input
        {...bounds}
        value={draft[of]}
        required
        autoComplete="off"
        data-mlcost-finding-field={of}
        onChange={event => change({ [of]: event.target.value })}
      />
    </label>
  );
}

interface Accepting {
  readonly draft: Draft;
  readonly change: Change;
  /** Why it was not accepted; null: it was not tried, or is being tried. */
  readonly failure: string | null;
  readonly isSending: boolean;
  readonly submit: (event: React.FormEvent) => void;
}

/** What is typed, and what becomes of it. */
function useAccepting({ finding, close, say }: AcceptProps, usual: string): Accepting {
  const { format, model, trans } = useView().cost;
  const [draft, setDraft] = React.useState<Draft>({ reason: '', until: usual });
  const [isSending, setSending] = React.useState(false);
  const [failure, setFailure] = React.useState<string | null>(null);
  const reason = draft.reason.trim();
  const send = async (): Promise<void> => {
    setSending(true);
    setFailure(null);
    try {
      await model.actions.accept(finding.id, draft.until, reason);
      say(trans.__('Accepted until %1: %2', format.date(draft.until), finding.title));
      await model.refresh().catch(() => undefined);
      close();
    } catch (error) {
      setFailure(failureWords(error, trans));
    } finally {
      setSending(false);
    }
  };
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    if (reason === '') {
      setFailure(trans.__('Say in a few words why it stays.'));
    } else if (!isSending) {
      void send();
    }
  };
  return { draft, change: change => setDraft({ ...draft, ...change }), failure, isSending, submit };
}

/** Take the focus to the first field, and hand it on where the form goes with its card. */
function useFocus(form: React.RefObject<HTMLFormElement>): void {
  React.useLayoutEffect(() => {
    const node = form.current;
    node?.querySelector('input')?.focus();
    return () => {
      const { activeElement } = document;
      if (node?.contains(activeElement) === true) {
        bequeathFocus(activeElement as HTMLElement);
      }
    };
  }, [form]);
}

/** What the server said, and what to do. */
export function failureWords(error: unknown, trans: Translation): string {
  return error instanceof ApiError && error.message !== ''
    ? `${error.message} ${error.hint}`
    : trans.__("Jupyter's server did not answer. Try again in a moment.");
}
