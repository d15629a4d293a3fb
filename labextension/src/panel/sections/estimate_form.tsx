import * as React from 'react';
import type { Overview } from '../../api/types';
import { useView } from '../../components/view';
import { kindWords, type Translation } from '../../words';
import { KINDS, REQUEST_KINDS, asText, hasLimit, knownTypes, type Draft } from './estimate_request';

/** Neither AWS's names of regions nor its instance types are longer. */
const MAX_NAME = 40;

interface FormProps {
  draft: Draft;
  overview: Overview;
  isAsking: boolean;
  change: (change: Partial<Draft>) => void;
  ask: () => void;
}

/** What is to be estimated; it is sent when somebody says so, and not before. */
export function EstimateForm(props: FormProps): React.JSX.Element {
  const { trans } = useView().cost;
  const { draft, isAsking, change, ask } = props;
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    ask();
  };
  const choose = (kind: Draft['kind']): void => change(kind === 'request' && draft.text === '' ? asText(draft) : { kind });
  return (
    <form className="mlcost-Choices" aria-label={trans.__('What to estimate')} onSubmit={submit}>
      <label className="mlcost-Choice mlcost-mod-wide">
        <span>{trans.__('What')}</span>
        <select value={draft.kind} data-mlcost-estimate="kind" onChange={event => choose(event.target.value as Draft['kind'])}>
          {[...KINDS, 'request' as const].map(kind => (
            <option key={kind} value={kind}>
              {whatWords(kind, trans)}
            </option>
          ))}
        </select>
      </label>
      {draft.kind === 'request' ? <Pasted {...props} /> : <Described {...props} />}
      <button type="submit" className="mlcost-Estimate-ask mlcost-mod-wide" aria-busy={isAsking} data-mlcost-estimate="ask">
        {isAsking ? trans.__('Estimating…') : trans.__('Estimate')}
      </button>
    </form>
  );
}

function whatWords(kind: Draft['kind'], trans: Translation): string {
  switch (kind) {
    case 'endpoint':
      return trans.__('Endpoint');
    case 'notebook':
      return trans.__('Notebook instance');
    case 'request':
      return trans.__('A request, pasted as JSON');
    default:
      return kindWords(kind, trans);
  }
}

function Described({ draft, overview, change }: FormProps): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <>
      <Text
        label={trans.__('Instance type')}
        of="instanceType"
        draft={draft}
        change={change}
        known={knownTypes(overview)}
        placeholder={trans.__('such as ml.g5.xlarge')}
        isWide
        required
      />
      {draft.kind === 'notebook' ? null : (
        <Amount label={trans.__('Instances')} of="count" draft={draft} change={change} min={1} step={1} required />
      )}
      <Hours draft={draft} change={change} />
      {hasLimit(draft.kind) ? (
        <Amount label={trans.__('Time limit in hours')} of="limit" draft={draft} change={change} min={0.01} required />
      ) : null}
      <Region draft={draft} overview={overview} change={change} />
      {draft.kind === 'training' ? (
        <label className="mlcost-Estimate-check mlcost-mod-wide">
          <input
            type="checkbox"
            checked={draft.isSpot}
            data-mlcost-estimate="isSpot"
            onChange={event => change({ isSpot: event.target.checked })}
          />
          {trans.__('Managed Spot')}
        </label>
      ) : null}
    </>
  );
}

function Pasted({ draft, overview, change }: FormProps): React.JSX.Element {
  const { trans } = useView().cost;
  return (
    <>
      <label className="mlcost-Choice mlcost-mod-wide">
        <span>{trans.__('Request')}</span>
        <textarea
          value={draft.text}
          rows={10}
          spellCheck={false}
          required
          data-mlcost-estimate="text"
          onChange={event => change({ text: event.target.value })}
        />
      </label>
      <Text
        label={trans.__('Kind')}
        of="textKind"
        draft={draft}
        change={change}
        known={REQUEST_KINDS}
        placeholder={trans.__('by its shape')}
      />
      <Hours draft={draft} change={change} />
      <Region draft={draft} overview={overview} change={change} isWide />
    </>
  );
}

interface FieldProps {
  draft: Draft;
  change: FormProps['change'];
}

function Hours(props: FieldProps): React.JSX.Element {
  const { trans } = useView().cost;
  return <Amount label={trans.__('Expected hours')} of="hours" min={0.001} placeholder={trans.__('not known')} {...props} />;
}

function Region({ overview, ...rest }: FieldProps & { overview: Overview; isWide?: boolean }): React.JSX.Element {
  const { trans } = useView().cost;
  return <Text label={trans.__('Region')} of="regionId" standard={overview.session.region_id} {...rest} />;
}

interface TextProps extends FieldProps {
  label: string;
  of: 'instanceType' | 'regionId' | 'textKind';
  known?: readonly string[];
  placeholder?: string;
  /** What stands there until somebody types. */
  standard?: string | null;
  isWide?: boolean;
  required?: boolean;
}

function Text({ label, of, draft, change, known, standard = '', isWide = false, ...rest }: TextProps): React.JSX.Element {
  const list = React.useId();
  return (
    <label className={isWide ? 'mlcost-Choice mlcost-mod-wide' : 'mlcost-Choice'}>
      <span>{label}</span>
      <input
        type="text"
        value={draft[of] ?? standard ?? ''}
        maxLength={MAX_NAME}
        spellCheck={false}
        autoComplete="off"
        list={known && list}
        data-mlcost-estimate={of}
        onChange={event => change({ [of]: event.target.value })}
        {...rest}
      />
      {known === undefined ? null : (
        <datalist id={list}>
          {known.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </label>
  );
}

interface NumberProps extends FieldProps {
  label: string;
  of: 'count' | 'hours' | 'limit';
  min: number;
  step?: number | 'any';
  placeholder?: string;
  required?: boolean;
}

function Amount({ label, of, draft, change, step = 'any', ...rest }: NumberProps): React.JSX.Element {
  return (
    <label className="mlcost-Choice">
      <span>{label}</span>
      <input
        type="number"
        value={draft[of]}
        step={step}
        data-mlcost-estimate={of}
        onChange={event => change({ [of]: event.target.value })}
        {...rest}
      />
    </label>
  );
}
