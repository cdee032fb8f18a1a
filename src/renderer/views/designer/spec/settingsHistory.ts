/** Where a design comes from: loading a preset or forking a run changes it, and undo brings the old one back. */
export interface Origin {
  readonly name: string;
  readonly preset: string | null;
  readonly parent: { readonly id: string; readonly name: string } | null;
}

/**
 * Undo of the settings (model, training, evaluation), in one order with the undo of the drawing. The drawing keeps its
 * own history; each step of the settings remembers how deep that was when it was taken, which says whose turn it is.
 */
export interface SettingsStep<T> {
  readonly label: string;
  readonly before: T;
  readonly after: T;
  /** Steps of the drawing's past when this one was taken. */
  readonly depth: number;
  /** Taken together with the drawing's next step, as loading a preset: undone and redone with it. */
  readonly linked: boolean;
  /** Of steps that change it. */
  readonly origin?: { readonly before: Origin; readonly after: Origin } | undefined;
}

export interface SettingsHistory<T> {
  readonly past: readonly SettingsStep<T>[];
  readonly future: readonly SettingsStep<T>[];
}

/** What an undo or redo takes back or brings back. */
export interface Turn<T> {
  /** True if the drawing undoes or redoes a step of its own. */
  readonly drawing: boolean;
  /** The settings afterwards; undefined if they stay. */
  readonly settings: T | undefined;
  /** Where the design comes from afterwards; undefined if that stays. */
  readonly origin: Origin | undefined;
  readonly history: SettingsHistory<T>;
}

export function recordStep<T>(history: SettingsHistory<T>, step: SettingsStep<T>): SettingsHistory<T> {
  const last = history.past.at(-1);
  // Typing on in one field, or turning one wheel, is one step.
  const joins = last?.label === step.label && last.depth === step.depth && !last.linked && !step.linked;
  const past = joins
    ? [...history.past.slice(0, -1), { ...last, after: step.after }]
    : [...history.past, step];
  return { past, future: [] };
}

/** @param depth steps in the drawing's past now */
export function undoTurn<T>(history: SettingsHistory<T>, depth: number): Turn<T> | null {
  const last = history.past.at(-1);
  const takeBack = (): Pick<Turn<T>, 'settings' | 'origin' | 'history'> => ({
    settings: last!.before,
    origin: last!.origin?.before,
    history: { past: history.past.slice(0, -1), future: [...history.future, last!] },
  });
  if (last && last.depth >= depth) return { drawing: false, ...takeBack() };
  if (depth === 0) return null;
  if (last?.linked && last.depth === depth - 1) return { drawing: true, ...takeBack() };
  return { drawing: true, settings: undefined, origin: undefined, history };
}

/**
 * @param depth steps in the drawing's past now
 * @param ahead steps in the drawing's future now
 */
export function redoTurn<T>(history: SettingsHistory<T>, depth: number, ahead: number): Turn<T> | null {
  const next = history.future.at(-1);
  if (next && next.depth <= depth) {
    const bringBack = {
      settings: next.after,
      origin: next.origin?.after,
      history: { past: [...history.past, next], future: history.future.slice(0, -1) },
    };
    return { drawing: next.linked && ahead > 0, ...bringBack };
  }
  return ahead > 0 ? { drawing: true, settings: undefined, origin: undefined, history } : null;
}
