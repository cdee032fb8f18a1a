import { formatBytes } from '../../../format.ts';
import type { DoctorView, SystemInfo } from '../../../../shared/contract/system.ts';

type Check = DoctorView['checks'][number];

const GRAVITY: Record<Check['status'], number> = { broken: 0, warning: 1, ok: 2 };

/** What does not work comes first; otherwise as the doctor has it. */
export function orderChecks(checks: readonly Check[]): Check[] {
  return [...checks].sort((a, b) => GRAVITY[a.status] - GRAVITY[b.status]);
}

/** One sentence on all checks. */
export function verdict({ works, checks }: DoctorView): string {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  const [broken, warnings] = [count('broken'), count('warning')];
  const missing =
    warnings === 0 ? '' : `; ${warnings} ${warnings === 1 ? 'thing is' : 'things are'} worth a look`;
  if (works) return `Training works on this machine${missing}.`;
  return `Training does not work on this machine: ${broken} ${broken === 1 ? 'check' : 'checks'} failed${missing}.`;
}

/** Text for a report of a problem: versions, machine and checks, nothing of the runs. */
export function problemReport(info: SystemInfo, doctor: DoctorView | null): string {
  const lines = [
    `Clifford ${info.version}, ${info.electron === null ? 'in a browser' : `Electron ${info.electron}`}`,
    `Node ${info.node}, ${info.platform}, ${info.cores} cores, ${formatBytes(info.memoryBytes)} memory`,
    `Home ${formatBytes(info.homeBytes)}, history ${formatBytes(info.databaseBytes)}, free ${freeText(info)}`,
  ];
  for (const check of doctor?.checks ?? []) {
    lines.push(
      `${check.status.padEnd(7)} ${check.name}: ${check.detail}${check.fix ? ` (${check.fix})` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

export function freeText({ freeBytes }: Pick<SystemInfo, 'freeBytes'>): string {
  return freeBytes === null ? 'unknown' : formatBytes(freeBytes);
}
