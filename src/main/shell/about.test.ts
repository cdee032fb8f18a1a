import { beforeEach, expect, it, vi } from 'vitest';
import { formatReport, showAbout, versions } from './about.ts';
import * as electron from './testing/electron-stand-in.ts';

vi.mock('electron', () => import('./testing/electron-stand-in.ts'));
beforeEach(() => electron.reset());

it('shows the versions, and copies them when asked to', async () => {
  await showAbout(null);
  const [[box]] = electron.recorded.filter((c) => c.name === 'showMessageBox').map((c) => c.args) as [
    [{ detail: string }],
  ];
  for (const [name, version] of Object.entries(versions()))
    expect(box.detail).toContain(`${name} ${version}`);
  expect(electron.recorded.some((call) => call.name === 'writeText')).toBe(false);
  electron.answers.messageBox.push(() => Promise.resolve({ response: 1 }));
  await showAbout(null);
  expect(electron.recorded.at(-1)).toMatchObject({
    name: 'writeText',
    args: [expect.stringContaining(process.versions.node)],
  });
});

it('begins a report with room to write, then versions and what the doctor says', () => {
  const report = formatReport(
    { Clifford: '1.2.3' },
    { works: true, checks: [{ name: 'memory', status: 'warning', detail: '1 GB in all' }] },
  );
  expect(report.split('\n')).toEqual([
    'What I did, what I expected, and what happened instead:',
    '',
    '',
    '--- versions',
    'Clifford 1.2.3',
    '--- doctor',
    '- memory: warning, 1 GB in all',
    '',
  ]);
});
