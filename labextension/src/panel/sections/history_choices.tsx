import * as React from 'react';
import type { Overview } from '../../api/types';
import { byWords, periodWords } from '../../charge_words';
import { useView } from '../../components/view';
import { BYS, type ChargeHistory } from '../../history';
import { PERIODS } from '../../period';

/** AWS allows no longer keys. */
const MAX_KEY = 128;
const MOST_KEYS = 50;

/** What AWS's own services write of themselves, which says least about whose something is. */
const BY_AWS = /^(aws|sagemaker):/i;

interface Props {
  history: ChargeHistory;
  overview: Overview;
}

/** Which days, and by what. */
export function Choices({ history, overview }: Props): React.JSX.Element {
  const { trans } = useView().cost;
  const { period, by, tagKey } = history.question;
  const keys = tagKeys(overview);
  return (
    <div className="mlcost-Choices">
      <Choice
        label={trans.__('Period')}
        of="period"
        value={period}
        options={PERIODS.map(each => [each, periodWords(each, trans)] as const)}
        choose={chosen => history.ask({ period: chosen })}
      />
      <Choice
        label={trans.__('By')}
        of="by"
        value={by}
        options={BYS.map(each => [each, byWords(each, trans)] as const)}
        choose={chosen => history.ask({ by: chosen, tagKey: tagKey || (keys[0] ?? '') })}
      />
      {by === 'tag' ? <TagKey history={history} keys={keys} /> : null}
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  /** For selectors. */
  of: string;
  value: Value;
  options: readonly (readonly [Value, string])[];
  choose: (value: Value) => void;
}

function Choice<Value extends string>({ label, of, value, options, choose }: ChoiceProps<Value>): React.JSX.Element {
  return (
    <label className="mlcost-Choice">
      <span>{label}</span>
      <select value={value} data-mlcost-choice={of} onChange={event => choose(event.target.value as Value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A tag's key, from those in sight or typed; what is half typed is not asked for. */
function TagKey({ history, keys }: { history: ChargeHistory; keys: readonly string[] }): React.JSX.Element {
  const { trans } = useView().cost;
  const [typed, setTyped] = React.useState(history.question.tagKey);
  const list = React.useId();
  const commit = (text: string): void => {
    const tagKey = asKey(text);
    if (tagKey !== '') {
      history.ask({ tagKey });
    }
  };
  const type = (text: string): void => {
    setTyped(text);
    if (keys.includes(text)) {
      commit(text);
    }
  };
  return (
    <label className="mlcost-Choice mlcost-mod-wide">
      <span>{trans.__('Tag key')}</span>
      <input
        type="text"
        value={typed}
        maxLength={MAX_KEY}
        list={list}
        spellCheck={false}
        autoComplete="off"
        placeholder={trans.__('such as team')}
        data-mlcost-choice="tag-key"
        onChange={event => type(event.target.value)}
        onBlur={() => commit(typed)}
        onKeyDown={event => (event.key === 'Enter' ? commit(typed) : undefined)}
      />
      <datalist id={list}>
        {keys.map(key => (
          <option key={key} value={key} />
        ))}
      </datalist>
    </label>
  );
}

/** A comma would begin another grouping; no key of AWS's has one. */
function asKey(text: string): string {
  return text.split(',')[0].trim().slice(0, MAX_KEY);
}

/** Give the keys of what is in sight, those first that most of it has. */
export function tagKeys({ jobs, endpoints, apps, warm_pools, schedules }: Overview): string[] {
  const counts = new Map<string, number>();
  for (const { tags } of [...jobs, ...endpoints, ...apps, ...warm_pools, ...schedules]) {
    for (const key of Object.keys(tags).filter(name => asKey(name) === name)) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const order = ([one, ones]: [string, number], [other, others]: [string, number]): number =>
    Number(BY_AWS.test(one)) - Number(BY_AWS.test(other)) || others - ones || (one < other ? -1 : 1);
  return [...counts]
    .sort(order)
    .slice(0, MOST_KEYS)
    .map(([key]) => key);
}
