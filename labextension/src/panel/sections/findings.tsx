import * as React from 'react';
import { Cut } from '../../components/cut';
import { useView } from '../../components/view';
import { avoidedWords } from '../../findings';
import { knowledgeOf, type Knowledge } from '../../kinds';
import type { Translation } from '../../words';
import type { PanelSection, SectionProps } from '../section';
import { Finding } from './finding';

function Aside({ overview }: SectionProps): React.JSX.Element | null {
  const { format } = useView().cost;
  const count = Math.max(overview.findings_count, overview.findings.length);
  return count === 0 ? null : (
    <span className="mlcost-Number" data-mlcost-count={count}>
      {format.count(count)}
    </span>
  );
}

function Body({ overview }: SectionProps): React.JSX.Element {
  const { format, trans } = useView().cost;
  const [said, say] = React.useState('');
  const { findings, findings_count } = overview;
  const avoided = avoidedWords(overview.avoided, format, trans);
  return (
    <>
      {findings.length === 0 ? <Empty overview={overview} /> : null}
      {findings.length === 0 ? null : (
        <ul className="mlcost-Rows mlcost-Findings" data-mlcost-state="ok">
          {findings.map(finding => (
            <Finding key={finding.id} finding={finding} overview={overview} say={say} />
          ))}
        </ul>
      )}
      <Cut shown={findings.length} all={findings_count} />
      {avoided === null ? null : (
        <p className="mlcost-Quiet mlcost-mod-small mlcost-Avoided" data-mlcost-avoided={overview.avoided?.expected}>
          {avoided}
        </p>
      )}
      <div className="mlcost-mod-hiddenText" role="status">
        {said}
      </div>
    </>
  );
}

/** Nothing found is no word on what was not looked at. */
function Empty({ overview }: SectionProps): React.JSX.Element {
  const { trans } = useView().cost;
  const knowledge = knowledgeOf(overview, 'endpoint');
  return (
    <div className="mlcost-Quiet" data-mlcost-state={knowledge === 'known' ? 'nothing-found' : 'not-looked'}>
      {emptyWords(knowledge, trans)}
    </div>
  );
}

function emptyWords(knowledge: Knowledge, trans: Translation): string {
  switch (knowledge) {
    case 'known':
      return trans.__('Nothing found.');
    case 'reading':
      return trans.__('Endpoints are being read; nothing found so far.');
    default:
      return trans.__('Nothing found among launches; endpoints were not looked at.');
  }
}

export const FINDINGS: PanelSection = {
  id: 'findings',
  title: ({ trans }) => trans.__('Findings'),
  scope: 'mine',
  Aside,
  Body,
  isNeeded: overview =>
    overview.findings.length > 0 || overview.avoided !== null || !['unknown', 'unasked'].includes(knowledgeOf(overview, 'endpoint'))
};
