import { clipboard, dialog, type BrowserWindow } from 'electron';
import os from 'node:os';
import { packageVersion } from '../version.ts';
import { runDoctor, type DoctorReport } from '../workbench/doctor.ts';

/** Versions that a report of a fault needs. */
export function versions(): Readonly<Record<string, string>> {
  const { electron = 'none', chrome = 'none', node } = process.versions;
  return {
    Clifford: packageVersion(),
    Electron: electron,
    Chromium: chrome,
    Node: node,
    System: `${os.type()} ${os.release()} ${process.arch}`,
  };
}

export async function showAbout(window: BrowserWindow | null): Promise<void> {
  const detail = lines(versions());
  const message = {
    type: 'info' as const,
    title: 'About Clifford',
    message: 'Clifford',
    detail: `When do diffusion models learn factorized representations, and when do they compose?\n\n${detail}`,
    buttons: ['OK', 'Copy'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = await (window
    ? dialog.showMessageBox(window, message)
    : dialog.showMessageBox(message));
  if (response === 1) clipboard.writeText(detail);
}

/** Text to begin an issue with: versions and what `clifford doctor` says. Holds no run and no data. */
export async function issueReport(home: string): Promise<string> {
  return formatReport(versions(), await runDoctor({ home }));
}

export function formatReport(known: Readonly<Record<string, string>>, doctor: DoctorReport): string {
  const checks = doctor.checks.map(({ name, status, detail }) => `- ${name}: ${status}, ${detail}`);
  return [
    'What I did, what I expected, and what happened instead:',
    '',
    '',
    '--- versions',
    lines(known),
    '--- doctor',
    ...checks,
    '',
  ].join('\n');
}

function lines(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([name, value]) => `${name} ${value}`)
    .join('\n');
}
