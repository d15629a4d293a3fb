import * as React from 'react';
import { ApiError } from '../../api/errors';
import type { DataQuality, EndpointRow, PartRow } from '../../api/types';
import { Facts } from '../../components/disclosure';
import { dayFacts, priceFacts, storageFacts, volumePrice } from '../../components/price';
import { useView } from '../../components/view';
import { endpointMachine, modeWords } from '../../standing';
import { endpointThing, thingKey } from '../../things';
import type { ICost } from '../../tokens';
import { lastUseWords } from '../../use';
import { noteAbout, noteWords, tagWords, type Translation } from '../../words';

interface DetailsProps {
  id: string;
  endpoint: EndpointRow;
  notes: readonly DataQuality[];
  asOf: string;
}

/** What an endpoint's cost rests on, and its parts, which are read when somebody wants to see them. */
export function EndpointDetails({ id, endpoint, notes, asOf }: DetailsProps): React.JSX.Element {
  const { cost } = useView();
  const { format, model, trans } = cost;
  const note = noteAbout(notes, endpoint.name, endpoint.instance_type);
  return (
    <div id={id}>
      <Facts
        rows={[
          [trans.__('Why'), note && noteWords(note)],
          ...dayFacts(endpoint, cost),
          ...priceFacts(endpoint.price, cost),
          ...storageFacts(volumePrice('storage-hosting', endpoint, model.overview), cost),
          [trans.__('Created'), format.time(endpoint.created_at)],
          [trans.__('Region'), endpoint.price === null ? endpoint.region_id : null],
          [trans.__('Tags'), tagWords(endpoint.tags)]
        ]}
      />
      <Parts endpoint={endpoint} asOf={asOf} />
    </div>
  );
}

type Reading = readonly PartRow[] | Error | null;

/** Read the parts once, when they are first seen. */
function useParts(endpoint: EndpointRow): Reading {
  const { actions } = useView().cost.model;
  const [parts, setParts] = React.useState<Reading>(endpoint.parts.length > 0 ? endpoint.parts : null);
  const key = thingKey(endpointThing(endpoint));
  React.useEffect(() => {
    let isWanted = true;
    const take = (reading: Reading): void => {
      if (isWanted) {
        setParts(reading);
      }
    };
    actions.readEndpoint(endpointThing(endpoint)).then(
      detail => take(detail.endpoint.parts),
      (reason: unknown) => take(reason instanceof Error ? reason : new Error())
    );
    return () => {
      isWanted = false;
    };
    // The same endpoint in another overview is not read again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [actions, key]);
  return parts;
}

function Parts({ endpoint, asOf }: Pick<DetailsProps, 'endpoint' | 'asOf'>): React.JSX.Element | null {
  const { trans } = useView().cost;
  const parts = useParts(endpoint);
  if (parts === null) {
    return <div className="mlcost-Quiet mlcost-mod-small">{trans.__('Reading its variants…')}</div>;
  }
  if (parts instanceof Error) {
    const [said, hint] = parts instanceof ApiError ? [parts.message, parts.hint] : ['', ''];
    return (
      <div className="mlcost-Quiet mlcost-mod-small" data-mlcost-state="unknown">
        {[said || trans.__('Its variants could not be read.'), hint].join(' ').trim()}
      </div>
    );
  }
  return parts.length === 0 ? null : (
    <ul className="mlcost-Parts" aria-label={trans.__('Variants of %1', endpoint.name)}>
      {parts.map(part => (
        <Part key={`${part.kind}/${part.name}`} part={part} asOf={asOf} />
      ))}
    </ul>
  );
}

function Part({ part, asOf }: { part: PartRow; asOf: string }): React.JSX.Element {
  const { cost } = useView();
  const { format, trans } = cost;
  const perDay = format.rate(part.cost_per_day);
  const isComponent = part.kind === 'component';
  const what = [
    partWords(part, trans),
    isComponent ? null : modeWords(part.mode, trans),
    isComponent ? copiesWords(part, cost) : endpointMachine(part, trans),
    sizeWords(part, cost),
    isComponent ? null : lastUseWords(part, null, asOf, format, trans),
    part.status
  ];
  return (
    <li data-mlcost-part={part.name}>
      <div className="mlcost-Pair">
        <span className="mlcost-Part-name">{part.name}</span>
        {perDay === null ? null : <span className="mlcost-Number">{trans.__('%1 a day', perDay)}</span>}
      </div>
      <div className="mlcost-Quiet">{what.filter(Boolean).join(' · ')}</div>
    </li>
  );
}

function partWords({ kind }: PartRow, trans: Translation): string {
  switch (kind) {
    case 'component':
      return trans.__('Inference component');
    case 'shadow_variant':
      return trans.__('Shadow variant');
    default:
      return trans.__('Variant');
  }
}

function copiesWords({ instance_count }: PartRow, { format, trans }: ICost): string | null {
  return instance_count === null ? null : trans._n('%2 copy', '%2 copies', instance_count, format.count(instance_count));
}

/** What a part reserves: of a serverless variant its memory, of a component its share. */
function sizeWords(part: PartRow, { format, trans }: ICost): string | null {
  const words = [
    part.memory_size_mb === null ? null : trans.__('%1 MB', format.count(part.memory_size_mb)),
    part.provisioned_concurrency === null ? null : trans.__('%1 kept ready', format.count(part.provisioned_concurrency)),
    part.share === null ? null : trans.__('reserves %1 % of its variant', format.count(Math.round(part.share * 100)))
  ];
  return words.filter(Boolean).join(' · ') || null;
}
