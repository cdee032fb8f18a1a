import { Notification } from 'electron';
import type { TrainOutcome } from '../workbench/api.ts';

/** Title and text of the notification at the end of a run; null for an end that the user asked for. */
export function describeEnd({ run, state }: TrainOutcome): { title: string; body: string } | null {
  const reason = run.reason?.message ?? 'no reason is known';
  switch (state) {
    case 'finished':
      return { title: `${run.name} finished`, body: accuracyOf(run.accuracy) };
    case 'failed':
      return { title: `${run.name} failed at step ${run.step}`, body: reason };
    case 'interrupted':
      return { title: `${run.name} was interrupted at step ${run.step}`, body: reason };
    case 'stopped':
    case 'queued':
    case 'running':
      return null;
  }
}

function accuracyOf(accuracy: Readonly<Record<string, number>>): string {
  const shown = Object.entries(accuracy).slice(0, 4);
  if (shown.length === 0) return 'Nothing was evaluated.';
  return shown.map(([section, value]) => `${section} ${Math.round(100 * value)} %`).join(', ');
}

/** Tells it outside of the window, where the system can; a click calls back. */
export function notify(message: { title: string; body: string }, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification(message);
  // The object must outlive this call for its click to be heard.
  shown.add(notification);
  notification.on('click', onClick);
  notification.on('close', () => shown.delete(notification));
  notification.show();
}

const shown = new Set<Notification>();
