import * as React from 'react';
import type { JobRow } from '../api/types';
import { LiveText, useTicks } from './live';
import type { ICost } from '../tokens';
import { useView } from './view';

/** How long a job has run in words, against the longest it may; nothing before it has begun. */
export function Runtime({ job }: { job: JobRow }): React.JSX.Element | null {
  const { cost, isLive, isShown } = useView();
  const seconds = (): number => runSeconds(job, isLive ? cost.model.elapsed : 0) ?? 0;
  if (seconds() === 0) {
    return null;
  }
  return (
    <>
      {' · '}
      <LiveText model={cost.model} isShown={isShown} read={() => runtimeWords(job, seconds(), cost)} />
    </>
  );
}

/** Give the seconds a job has run, `elapsed` milliseconds after its answer; null when nobody knows. */
export function runSeconds(job: JobRow, elapsed: number): number | null {
  if (job.accrued_seconds === null) {
    return null;
  }
  return job.accrued_seconds + (job.is_accruing ? Math.max(elapsed, 0) / 1000 : 0);
}

function runtimeWords(job: JobRow, seconds: number, { format, trans }: ICost): string {
  const ran = format.duration(seconds);
  const limit = job.max_runtime_in_seconds;
  return limit === null ? ran : trans.__('%1 of at most %2', ran, format.duration(limit));
}

/** The same as a thin bar, where there is a stopping condition. */
export function RuntimeBar({ job }: { job: JobRow }): React.JSX.Element | null {
  const limit = job.max_runtime_in_seconds;
  return job.accrued_seconds === null || !limit ? null : <Bar job={job} limit={limit} />;
}

function Bar({ job, limit }: { job: JobRow; limit: number }): React.JSX.Element {
  const { cost, isLive, isShown } = useView();
  const fill = React.useRef<HTMLDivElement>(null);
  const seconds = (): number => runSeconds(job, isLive ? cost.model.elapsed : 0) ?? 0;
  const fraction = (): number => Math.min(seconds() / limit, 1);
  useTicks(cost.model, isShown, () => {
    // A thousandth is less than a pixel of any sidebar.
    const scale = `scaleX(${fraction().toFixed(3)})`;
    if (fill.current !== null && fill.current.style.transform !== scale) {
      fill.current.style.transform = scale;
    }
  });
  const percent = Math.round(fraction() * 100);
  return (
    <div
      className="mlcost-Bar"
      role="progressbar"
      aria-label={cost.trans.__('Run time of %1 against its stopping condition', job.name)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={runtimeWords(job, seconds(), cost)}
    >
      <div ref={fill} className="mlcost-Bar-fill" />
    </div>
  );
}
