import type { Evaluation } from '../../../shared/records.ts';
import { openStore, type Store } from '../store/database.ts';
import { cleanUp } from './home.ts';

/** An evaluation that found these accuracies (`both`) by section. */
export function evaluationWith(step: number, accuracy: Record<string, number>, final = false): Evaluation {
  const none = { x: 0, y: 0, both: 0 };
  const sections = Object.entries(accuracy).map(([section, value]) => {
    const estimate = { mean: value, low: value, high: value };
    return {
      section,
      labels: 1,
      images: 1,
      unreadableLabels: 0,
      x: estimate,
      y: estimate,
      both: estimate,
      copyBaseline: none,
      chance: none,
      medianErrorPx: { x: null, y: null },
      none: 0,
      several: 0,
    };
  });
  const readout = 'matchedFilter';
  return { step, final, tolerancePx: 1, readout, weights: 'raw', seconds: 0, sections, skipped: [] };
}

/** The history of a home through a connection of its own, as another process has one; closed with the test. */
export function otherStore(home: string): Store {
  const store = openStore(`${home}/clifford.db`);
  cleanUp(() => store.dispose());
  return store;
}
