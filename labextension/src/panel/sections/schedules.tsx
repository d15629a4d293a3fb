import * as React from 'react';
import type { ScheduleRow } from '../../api/types';
import { Age } from '../../components/age';
import { Facts, useDisclosure } from '../../components/disclosure';
import { EndButton } from '../../components/end_button';
import { SectionObstacles } from '../../components/knowledge';
import { Foot, Row, StateLine, What } from '../../components/row';
import { useView } from '../../components/view';
import { isEnding, type Ending } from '../../endings/ending';
import { knowledgeOf } from '../../kinds';
import { rhythmWords, scheduleState } from '../../standing';
import { scheduleThing, thingKey } from '../../things';
import { instanceWords, tagWords } from '../../words';
import type { PanelSection, SectionProps } from '../section';

const KINDS = ['schedule'];

/** A schedule, which costs by its runs alone. */
export function Schedule({ schedule }: { schedule: ScheduleRow }): React.JSX.Element {
  const { format, model, trans } = useView().cost;
  const ending: Ending = { what: 'schedule', row: schedule };
  const details = useDisclosure(trans.__('About %1', schedule.name));
  const state = scheduleState(schedule, isEnding(ending, model.actions), trans);
  const rhythm = rhythmWords(schedule.expression, format, trans);
  const high = format.money(schedule.high_per_run);
  const machine = schedule.instance_type === null ? null : instanceWords(schedule.instance_type, schedule.instance_count, trans);
  const watches = schedule.endpoint === null ? null : trans.__('watches %1', schedule.endpoint);
  return (
    <Row
      name={schedule.name}
      figure={null}
      className="mlcost-mod-quietRow"
      data={{ 'data-mlcost-schedule': schedule.name, 'data-status': schedule.status }}
    >
      {machine === null && watches === null ? null : <What parts={[machine, watches]} />}
      {state === null ? null : <StateLine state={state} />}
      <Foot
        actions={
          <>
            {details.button}
            <EndButton ending={ending} />
          </>
        }
      >
        {high === null
          ? trans.__('%1; what a run costs is not known', rhythm)
          : trans.__('%1; a run costs at most %2', rhythm, high)}
      </Foot>
      {details.isOpen ? (
        <Facts
          id={details.id}
          rows={[
            [trans.__('Machine'), machine],
            [trans.__('Watches'), schedule.endpoint],
            [trans.__('Region'), schedule.region_id],
            [trans.__('Tags'), tagWords(schedule.tags)]
          ]}
        />
      ) : null}
    </Row>
  );
}

function Aside({ overview }: SectionProps): React.JSX.Element {
  return <Age kinds={KINDS} overview={overview} />;
}

function Body({ overview }: SectionProps): React.JSX.Element {
  return (
    <>
      <SectionObstacles places={['schedules']} kinds={KINDS} overview={overview} isQuiet={true} />
      {overview.schedules.length === 0 ? null : (
        <ul className="mlcost-Rows" data-mlcost-state="ok">
          {overview.schedules.map(schedule => (
            <Schedule key={thingKey(scheduleThing(schedule))} schedule={schedule} />
          ))}
        </ul>
      )}
    </>
  );
}

/** Few have any, so it is not even said that there is none; that it cannot be read is. */
export const SCHEDULES: PanelSection = {
  id: 'schedules',
  title: ({ trans }) => trans.__('Schedules'),
  scope: 'mine',
  Aside,
  Body,
  isNeeded: overview => overview.schedules.length > 0 || knowledgeOf(overview, 'schedule') === 'denied'
};
