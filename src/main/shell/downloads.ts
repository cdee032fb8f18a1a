import path from 'node:path';
import { app, type Session } from 'electron';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { isOurs } from './scheme.ts';

/** What the page saves (a figure, a table, a bundle) goes where the user says, in the system's own dialog. */
export function askWhereToSave(session: Session, tell: (command: ShellCommand) => void): void {
  let folder: string | undefined;
  session.on('will-download', (event, item) => {
    // A page's own bytes have the page's address within.
    if (!isOurs(item.getURL().replace(/^blob:/, ''))) return event.preventDefault();
    const name = item.getFilename();
    const extension = path.extname(name).slice(1);
    item.setSaveDialogOptions({
      title: 'Save',
      defaultPath: path.join(folder ?? app.getPath('downloads'), name),
      ...(extension === '' ? {} : { filters: [{ name: `.${extension}`, extensions: [extension] }] }),
    });
    item.once('done', (_event, state) => {
      const file = item.getSavePath();
      if (state === 'completed') {
        folder = path.dirname(file);
        tell({ type: 'notice', level: 'success', text: `saved ${file}`, runId: null });
      } else if (state === 'interrupted') {
        tell({ type: 'notice', level: 'error', text: `${name} could not be saved`, runId: null });
      }
    });
  });
}
