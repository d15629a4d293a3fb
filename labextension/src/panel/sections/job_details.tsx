import * as React from 'react';
import type { DataQuality, JobRow } from '../../api/types';
import { boundWords } from '../../bound';
import { Around } from '../../components/around';
import { Facts } from '../../components/disclosure';
import { Growing } from '../../components/figure';
import { priceFacts, storageFacts, storagePrice } from '../../components/price';
import { useView } from '../../components/view';
import { keptFigure, shown, storageFigure } from '../../live';
import { SLOT } from '../../slot';
import type { ICost } from '../../tokens';
import { basisWords, noteAbout, noteWords, tagWords, type Translation } from '../../words';

interface JobDetailsProps {
  id: string;
  job: JobRow;
  notes: readonly DataQuality[];
}

/** What a job's figures rest on. */
export function JobDetails({ id, job, notes }: JobDetailsProps): React.JSX.Element {
  const { cost } = useView();
  const { format, trans } = cost;
  const note = noteAbout(notes, job.name, job.instance_type);
  return (
    <Facts
      id={id}
      rows={[
        [trans.__('Figure'), basisWords(job, format, trans)],
        [trans.__('Why'), note && noteWords(note)],
        ...priceFacts(job.price, cost),
        ...storageRows(job, cost),
        ...keptRows(job, trans),
        [trans.__('Started'), format.time(job.started_at)],
        [trans.__('Region'), job.price === null ? job.region_id : null],
        [trans.__('Tags'), tagWords(job.tags)]
      ]}
    />
  );
}

/** What its volumes cost and where that price is from; a job that has none shows a plain zero, since it is known. */
function storageRows(job: JobRow, cost: ICost): [string, React.ReactNode][] {
  const { format, model, trans } = cost;
  const label = trans.__('Storage, in addition');
  if (job.storage_cost === null || job.is_sum) {
    return [];
  }
  if (shown(job.storage_cost) === 0 && shown(job.storage_cost_per_hour) === 0) {
    return [[label, format.money(job.storage_cost)]];
  }
  const amount = <Growing figure={storageFigure(job)} />;
  return [[label, amount], ...storageFacts(storagePrice(job, model.overview?.storage_prices ?? []), cost)];
}

/** What the instances that were kept after its end cost. */
function keptRows(job: JobRow, trans: Translation): [string, React.ReactNode][] {
  const { warm_pool_status: status, warm_pool_cost: amount } = job;
  if (status === null && amount === null) {
    return [];
  }
  return [
    [trans.__('Warm pool'), keptWords(status, trans)],
    [trans.__('Kept, in addition'), amount === null ? trans.__('cost unknown') : keptCost(job, trans)]
  ];
}

/** Where AWS has not told how long they were kept, that they were not kept longer than they could be. */
function keptCost(job: JobRow, trans: Translation): React.JSX.Element {
  return (
    <Around words={boundWords(job.warm_pool_basis === 'at_most' ? 'most' : null, SLOT, trans)}>
      <Growing figure={keptFigure(job)} />
    </Around>
  );
}

/** AWS's word for what has become of the kept instances. */
function keptWords(status: string | null, trans: Translation): string | null {
  switch (status) {
    case 'Available':
      return trans.__('Its instances are kept for the next job');
    case 'InUse':
      return trans.__('Its instances are in use by the next job');
    case 'Reused':
      return trans.__('Its instances were used by the next job');
    case 'Terminated':
      return trans.__('Its instances were kept, and are given back');
    default:
      return status;
  }
}
