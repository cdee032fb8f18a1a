import type { EngineEvent } from '../../shared/engine-protocol.ts';
import { accuracyLine } from './accuracy.ts';
import type { Terminal } from './output.ts';
import { formatDuration } from './table.ts';

type TrainingProgress = Extract<EngineEvent, { type: 'progress' }>;
type AnalysisProgress = Extract<EngineEvent, { type: 'analysis' }>;
type ProgressEvent = Omit<TrainingProgress, 'type' | 'phase'> & {
  readonly phase: TrainingProgress['phase'] | AnalysisProgress['phase'];
};

/** What an analysis does not tell. */
const NOTHING_ELSE = { step: 0, steps: 0, loss: null, imagesPerSecond: null, secondsLeft: null };

/** Plain lines (no terminal to rewrite) come at most this often, and at the start of a phase and the end of training. */
const PLAIN_INTERVAL_MS = 5000;
const LIVE_INTERVAL_MS = 100;
const BAR_WIDTH = 24;

const PHASES: Record<ProgressEvent['phase'], string> = {
  training: 'training',
  evaluating: 'measuring',
  sampling: 'sampling',
  reading: 'reading',
  analysing: 'analysing',
};

/**
 * Shows engine events on stderr: one rewritten line on a terminal, else a plain line every few seconds; what
 * should stay (accuracy, where it runs) is printed as a line of its own.
 */
export function createProgress(terminal: Terminal, now: () => number = () => performance.now()) {
  let shown = false; // a live line stands on the terminal
  let last = -Infinity;
  let phase: string | null = null;

  function clear(): void {
    if (shown) terminal.err('\r\u001b[2K');
    shown = false;
  }

  function line(text: string): void {
    clear();
    terminal.err(`${text}\n`);
  }

  function progress(event: ProgressEvent): void {
    const newPhase = event.phase !== phase;
    phase = event.phase;
    const due = now() - last >= (terminal.live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS);
    const end = event.phase === 'training' && event.fraction >= 1;
    if (!due && !newPhase && !end) return;
    last = now();
    const text = progressText(event, terminal.live);
    if (!terminal.live) return line(text);
    terminal.err(`\r\u001b[2K${text.slice(0, Math.max(20, terminal.columns - 1))}`);
    shown = true;
  }

  return {
    line,
    event(event: EngineEvent): void {
      if (event.type === 'progress') progress(event);
      else if (event.type === 'analysis') {
        const { phase, fraction } = event;
        progress({ ...NOTHING_ELSE, phase, fraction });
      } else if (event.type === 'evaluation') line(accuracyLine(event.evaluation));
      else if (event.type === 'started') {
        line(
          `${event.engine}, ${event.threads} ${event.threads === 1 ? 'thread' : 'threads'}; ` +
            `${event.parameters.toLocaleString('en')} parameters, ` +
            `${event.trainingImages.toLocaleString('en')} training images`,
        );
      }
    },
    /** Takes the live line away, so that what follows starts on a clean one. */
    done: clear,
  };
}

/** `training ━━━━━─── 45 %  step 900/2000  loss 0.0312  412 images/s  1:23 left` */
export function progressText(event: ProgressEvent, bar: boolean): string {
  const parts = [PHASES[event.phase]];
  const percent = `${String(Math.floor(100 * event.fraction)).padStart(3)} %`;
  if (bar) {
    const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, event.fraction)));
    parts.push(`${'━'.repeat(filled)}${'─'.repeat(BAR_WIDTH - filled)}${percent}`);
  } else parts.push(percent.trim());
  // Jobs other than training have no steps.
  if (event.steps > 0) parts.push(` step ${event.step}/${event.steps}`);
  if (event.loss !== null) parts.push(` loss ${event.loss.toPrecision(4)}`);
  if (event.imagesPerSecond !== null) parts.push(` ${Math.round(event.imagesPerSecond)} images/s`);
  if (event.secondsLeft !== null) parts.push(` ${formatDuration(event.secondsLeft)} left`);
  return parts.join(' ');
}
