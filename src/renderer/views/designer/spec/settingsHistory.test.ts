import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordStep, redoTurn, undoTurn, type SettingsHistory } from './settingsHistory.ts';

/** A drawing that is a number with a history of its own, beside settings that are a number too. */
class Design {
  drawing = [0];
  at = 0;
  settings = 0;
  history: SettingsHistory<number> = { past: [], future: [] };
  private serial = 0;

  draw(): void {
    this.drawing = [...this.drawing.slice(0, this.at + 1), ++this.serial];
    this.at++;
    this.history = { ...this.history, future: [] };
  }
  set(linked = false): void {
    const after = ++this.serial;
    const step = { label: `${after}`, before: this.settings, after, depth: this.at, linked };
    this.history = recordStep(this.history, step);
    this.settings = after;
    this.drawing = this.drawing.slice(0, this.at + 1);
    if (linked) {
      this.drawing = [...this.drawing, ++this.serial];
      this.at++;
    }
  }
  undo(): boolean {
    return this.take(undoTurn(this.history, this.at), -1);
  }
  redo(): boolean {
    return this.take(redoTurn(this.history, this.at, this.drawing.length - 1 - this.at), 1);
  }
  get state(): string {
    return `${this.drawing[this.at]}/${this.settings}`;
  }
  private take(turn: ReturnType<typeof undoTurn<number>>, by: number): boolean {
    if (!turn) return false;
    if (turn.drawing) this.at += by;
    if (turn.settings !== undefined) this.settings = turn.settings;
    this.history = turn.history;
    return true;
  }
}

describe('undo of drawing and settings together', () => {
  it('goes back through every state in order, and forward again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('draw', 'set', 'both'), { maxLength: 20 }), (actions) => {
        const design = new Design();
        const states = [design.state];
        for (const action of actions) {
          if (action === 'draw') design.draw();
          else design.set(action === 'both');
          states.push(design.state);
        }
        for (let i = states.length - 2; i >= 0; i--) {
          expect(design.undo()).toBe(true);
          expect(design.state).toBe(states[i]);
        }
        expect(design.undo()).toBe(false);
        for (let i = 1; i < states.length; i++) {
          expect(design.redo()).toBe(true);
          expect(design.state).toBe(states[i]);
        }
        expect(design.redo()).toBe(false);
      }),
    );
  });

  it('joins what is typed into one field', () => {
    const first = recordStep({ past: [], future: [] }, step('Steps', 1, 2));
    const { past } = recordStep(first, step('Steps', 2, 3));
    expect(past).toEqual([step('Steps', 1, 3)]);
    expect(recordStep({ past, future: [] }, step('Seed', 3, 4)).past).toHaveLength(2);
  });

  it('forgets what was undone once something else is done', () => {
    const design = new Design();
    design.set();
    design.draw();
    design.undo();
    design.undo();
    design.set();
    expect(design.redo()).toBe(false);
  });
});

function step(label: string, before: number, after: number) {
  return { label, before, after, depth: 0, linked: false };
}

describe('the origin of a design', () => {
  const fresh = { name: '', preset: 'quick', parent: null };
  const forked = { name: '', preset: null, parent: { id: 'r1', name: 'calm-otter' } };
  const step = { label: 'Fork calm-otter', before: 1, after: 2, depth: 0, linked: false };

  it('turns with the step that changed it', () => {
    const history = recordStep<number>(
      { past: [], future: [] },
      { ...step, origin: { before: fresh, after: forked } },
    );
    const undone = undoTurn(history, 0)!;
    expect(undone.origin).toEqual(fresh);
    expect(redoTurn(undone.history, 0, 0)!.origin).toEqual(forked);
  });

  it('stays with any other step', () => {
    const undone = undoTurn(recordStep<number>({ past: [], future: [] }, step), 0)!;
    expect(undone.origin).toBeUndefined();
  });
});
