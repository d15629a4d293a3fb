import * as React from 'react';
import type { AccountPicture } from '../../account';
import { ApiError } from '../../api/errors';
import type { Overview } from '../../api/types';
import { Reading } from '../../components/knowledge';
import { More, useNewcomers } from '../../components/more';
import { Notice } from '../../components/notice';
import { Obstacles } from '../../components/obstacles';
import { Unread } from '../../components/unread';
import { ViewContext, useView } from '../../components/view';
import { isAllTold, kindsAsked, kindsThatAre } from '../../kinds';
import { endpointThing, scheduleThing, thingKey, warmPoolThing } from '../../things';
import type { PanelSection, SectionProps } from '../section';
import { App } from './app';
import { Endpoint } from './endpoint';
import { JobList } from './job_list';
import { Schedule } from './schedules';
import { WarmPool } from './warm_pools';

/** So many rows of what stands are drawn before somebody asks for all. */
const AT_FIRST = 50;

const PLACES = ['other-jobs', 'endpoints', 'apps', 'schedules'] as const;

/** Draw anew when there is another picture, and have it read for as long as somebody looks. */
function useAccount(): { picture: AccountPicture | null; error: unknown } {
  const { cost, isShown } = useView();
  const { account } = cost.model;
  const [, redraw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    if (!isShown) {
      return undefined;
    }
    account.changed.connect(redraw);
    const watching = account.watch();
    return () => {
      watching.dispose();
      account.changed.disconnect(redraw);
    };
  }, [account, isShown]);
  return { picture: account.picture, error: account.error };
}

function Aside(): React.JSX.Element {
  const { trans } = useView().cost;
  return <span>{trans.__('not counted in any total')}</span>;
}

/** What others of the account run, with figures as of the last reading. */
function Body({ overview }: SectionProps): React.JSX.Element {
  const view = useView();
  const { trans } = view.cost;
  const { picture, error } = useAccount();
  const still = React.useMemo(() => ({ ...view, isLive: false }), [view]);
  return (
    <ViewContext.Provider value={still}>
      <Obstacles places={PLACES} kinds={kindsAsked(overview)} overview={overview} />
      {error === null ? null : <Failure error={error} />}
      {picture === null && error === null ? <Reading words={trans.__('Reading what others run…')} /> : null}
      {picture === null ? null : <Lists picture={others(picture)} overview={overview} />}
    </ViewContext.Provider>
  );
}

/** Leave out what is one's own: it is counted, and shown under Mine. */
function others({ jobs, standing, ...rest }: AccountPicture): AccountPicture {
  const isOthers = (row: { is_mine: boolean }): boolean => !row.is_mine;
  return {
    ...rest,
    jobs: jobs.filter(isOthers),
    standing: {
      endpoints: standing.endpoints.filter(isOthers),
      apps: standing.apps.filter(isOthers),
      warm_pools: standing.warm_pools.filter(isOthers),
      schedules: standing.schedules.filter(isOthers)
    }
  };
}

function Failure({ error }: { error: unknown }): React.JSX.Element {
  const { trans } = useView().cost;
  const [said, hint] = error instanceof ApiError ? [error.message, error.hint] : ['', ''];
  return (
    <Notice
      state="offline"
      tone="warning"
      title={said || trans.__('What others run could not be read.')}
      hint={hint || trans.__('It is tried again by itself.')}
    />
  );
}

function Lists({ picture, overview }: { picture: AccountPicture; overview: Overview }): React.JSX.Element {
  const { format, trans } = useView().cost;
  const { data_quality: notes, as_of: asOf } = overview;
  const { endpoints, apps, warm_pools, schedules } = picture.standing;
  const at = format.time(picture.asOf);
  const isNobody = !picture.hasMore && [picture.jobs, endpoints, apps, warm_pools, schedules].every(rows => rows.length === 0);
  return (
    <>
      {at === null ? null : (
        <div className="mlcost-Quiet mlcost-mod-small" title={trans.__('When AWS told the oldest part of it')}>
          {trans.__('As of %1', at)}
        </div>
      )}
      {isNobody ? <Nobody overview={overview} /> : null}
      <JobsOfOthers picture={picture} overview={overview} />
      <Some title={trans.__('Endpoints')} of="endpoints">
        {endpoints.map(row => (
          <Endpoint key={thingKey(endpointThing(row))} endpoint={row} notes={notes} asOf={asOf} />
        ))}
      </Some>
      <Some title={trans.__('Apps and storage')} of="apps">
        {apps.map(row => (
          <App key={thingKey(row)} app={row} notes={notes} />
        ))}
      </Some>
      <Some title={trans.__('Warm pools')} of="warm-pools">
        {warm_pools.map(row => (
          <WarmPool key={thingKey(warmPoolThing(row))} pool={row} notes={notes} />
        ))}
      </Some>
      <Some title={trans.__('Schedules')} of="schedules">
        {schedules.map(row => (
          <Schedule key={thingKey(scheduleThing(row))} schedule={row} />
        ))}
      </Some>
      {isNobody || unread(overview).length === 0 ? null : <Unread kinds={unread(overview)} />}
    </>
  );
}

/** That there is nothing is said only where AWS has told all. */
function Nobody({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  if (isAllTold(overview)) {
    return (
      <div className="mlcost-Quiet" data-mlcost-state="none">
        {trans.__('Nobody else of this account runs anything.')}
      </div>
    );
  }
  const isReading = ['loading', 'off'].includes(overview.aws.status) || unread(overview).length > 0;
  return isReading ? (
    <Reading words={trans.__('Reading what others run…')} />
  ) : (
    <div className="mlcost-Quiet" data-mlcost-state="unknown">
      {trans.__('Whether others run anything is not known.')}
    </div>
  );
}

function unread(overview: Overview): string[] {
  return kindsThatAre('reading', kindsAsked(overview), overview);
}

function JobsOfOthers({ picture, overview }: { picture: AccountPicture; overview: Overview }): React.JSX.Element | null {
  const { account } = useView().cost.model;
  const { trans } = useView().cost;
  const list = React.useRef<HTMLDivElement>(null);
  const expectNewcomers = useNewcomers(list, account.isReadingMore);
  const showMore = (): void => {
    expectNewcomers();
    void account.readMore();
  };
  if (picture.jobs.length === 0 && !picture.hasMore) {
    return null;
  }
  return (
    <div ref={list} data-mlcost-others="jobs">
      <h3 className="mlcost-Heading">{trans.__('Running jobs')}</h3>
      <JobList jobs={picture.jobs} notes={overview.data_quality} state="ok" />
      {picture.hasMore ? <More onClick={showMore} words={trans.__('Show more jobs')} /> : null}
    </div>
  );
}

/** A list with its heading; long ones are cut until somebody wants all. */
function Some({ title, of, children }: { title: string; of: string; children: React.JSX.Element[] }): React.JSX.Element | null {
  const { format, trans } = useView().cost;
  const [isAll, setAll] = React.useState(false);
  const list = React.useRef<HTMLUListElement>(null);
  const expectNewcomers = useNewcomers(list);
  const showAll = (): void => {
    expectNewcomers();
    setAll(true);
  };
  const { length } = children;
  if (length === 0) {
    return null;
  }
  return (
    <div data-mlcost-others={of}>
      <h3 className="mlcost-Heading">{title}</h3>
      <ul ref={list} className="mlcost-Rows">
        {isAll ? children : children.slice(0, AT_FIRST)}
      </ul>
      {isAll || length <= AT_FIRST ? null : <More onClick={showAll} words={trans.__('Show all %1', format.count(length))} />}
    </div>
  );
}

export const ACCOUNT: PanelSection = {
  id: 'account',
  title: ({ trans }) => trans.__('Others of this account'),
  scope: 'account',
  Aside,
  Body
};
