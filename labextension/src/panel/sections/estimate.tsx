import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { EstimateWish } from '../../api/source';
import type { Alternative, Estimate } from '../../api/types';
import { FoldButton, useFold } from '../../components/disclosure';
import { Notice } from '../../components/notice';
import { useView } from '../../components/view';
import type { ICost } from '../../tokens';
import type { PanelSection, SectionProps } from '../section';
import { Calibration } from './estimate_calibration';
import { EstimateForm } from './estimate_form';
import { FIRST_DRAFT, changed, wishOf, type Draft } from './estimate_request';
import { EstimateResult } from './estimate_result';
import { headlineWords, rangeWords } from './estimate_words';

/** An estimate, and what was asked for. */
interface Answer {
  readonly draft: Draft;
  readonly wish: EstimateWish;
  readonly estimate: Estimate;
}

interface Asking {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
  readonly ask: (draft: Draft) => Promise<void>;
  readonly answer: Answer | null;
  /** Why there is no answer; null: there is one, or nothing was asked. */
  readonly error: unknown;
  readonly isAsking: boolean;
}

function Aside(): React.JSX.Element {
  return <>{useView().cost.trans.__('nothing is launched')}</>;
}

/** What would cost how much, which the server is asked only when somebody sends the form; and how that has held so far. */
function Body({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const fold = useFold();
  const asking = useAsking();
  return (
    <>
      <FoldButton fold={fold}>{trans.__('What would it cost?')}</FoldButton>
      {fold.isOpen ? (
        <div id={fold.id} className="mlcost-Estimate" data-mlcost-estimating="">
          <EstimateForm overview={overview} {...asking} ask={() => void asking.ask(asking.draft)} />
          <Outcome {...asking} />
        </div>
      ) : null}
      <Calibration overview={overview} />
    </>
  );
}

/** What was filled in and what came of it stay when they are folded away. Two answers may overtake each other: the later asked counts. */
function useAsking(): Asking {
  const { model } = useView().cost;
  const [draft, setDraft] = React.useState(FIRST_DRAFT);
  const [outcome, setOutcome] = React.useState<{ answer: Answer | null; error: unknown }>({ answer: null, error: null });
  const [isAsking, setAsking] = React.useState(false);
  const turn = React.useRef(0);
  const ask = async (asked: Draft): Promise<void> => {
    const own = ++turn.current;
    setDraft(asked);
    setAsking(true);
    const found = await estimated(asked, model).catch((error: unknown) => ({ answer: null, error }));
    if (own === turn.current) {
      setOutcome(found);
      setAsking(false);
    }
  };
  return { draft, change: change => setDraft({ ...draft, ...change }), ask, ...outcome, isAsking };
}

/** Ask the server. Fails with a `SyntaxError` where what was pasted is no JSON object. */
async function estimated(draft: Draft, model: ICost['model']): Promise<{ answer: Answer; error: null }> {
  const wish = wishOf(draft);
  if (wish === null) {
    throw new SyntaxError();
  }
  return { answer: { draft, wish, estimate: await model.estimates.estimate(wish) }, error: null };
}

function Outcome({ answer, error, isAsking, ask }: Asking): React.JSX.Element {
  const { cost } = useView();
  const node = React.useRef<HTMLDivElement>(null);
  const format = cost.format.inCurrency(answer?.estimate.billing_currency ?? cost.format.currency);
  const said = answer === null ? [] : [headlineWords, rangeWords].map(words => words(answer.estimate, format, cost.trans));
  const use = ({ draft, wish, estimate }: Answer, { change, region_id }: Alternative): void => {
    node.current?.focus(); // the button goes away with this answer
    void ask(changed(draft, wish, estimate.kind, change, region_id));
  };
  return (
    <>
      <div className="mlcost-mod-hiddenText" aria-live="polite">
        {isAsking ? '' : said.filter(words => words !== null).join('. ')}
      </div>
      {error === null ? null : <Failure error={error} />}
      <div
        ref={node}
        className="mlcost-Estimate-result"
        role="group"
        aria-label={cost.trans.__('Estimate')}
        tabIndex={-1}
        aria-busy={isAsking}
        data-mlcost-result=""
      >
        {answer === null ? null : (
          <EstimateResult estimate={answer.estimate} format={format} use={alternative => use(answer, alternative)} />
        )}
      </div>
    </>
  );
}

function Failure({ error }: { error: unknown }): React.JSX.Element {
  const { trans } = useView().cost;
  if (error instanceof SyntaxError) {
    const hint = trans.__('Write names and texts in double quotes, true and false in small letters, and no comma at the end.');
    return <Notice state="failed" tone="warning" title={trans.__('What is pasted is no JSON object.')} hint={hint} />;
  }
  const { message, hint } = error instanceof ApiError ? error : { message: '', hint: '' };
  return (
    <Notice
      state="failed"
      tone="warning"
      title={message || trans.__('The estimate could not be made.')}
      hint={hint || trans.__('Look whether the server is running, and try again.')}
    />
  );
}

export const ESTIMATE: PanelSection = {
  id: 'estimate',
  title: ({ trans }) => trans.__('Estimate'),
  scope: 'mine',
  Aside,
  Body
};
