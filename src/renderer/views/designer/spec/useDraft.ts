import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue';
import { z } from 'zod';
import quick from '../../../../../resources/presets/quick.json';
import { type DatasetSpec } from '../../../../core/dataset/spec.ts';
import type { PresetView } from '../../../../shared/contract/design.ts';
import { RunSpec } from '../../../../shared/run-spec.ts';
import { usePersisted } from '../../../state/persisted.ts';
import { commit } from '../paint/model/editor.ts';
import type { PaintEditor } from '../paint/usePaintEditor.ts';
import { setAt, type SpecProblems } from './paths.ts';
import type { ProblemsReply, ProblemsRequest } from './problems.worker.ts';
import {
  recordStep,
  redoTurn,
  undoTurn,
  type Origin,
  type SettingsHistory,
  type Turn,
} from './settingsHistory.ts';

/** The part of a specification that forms edit; the dataset is the drawing's. */
type Settings = Omit<RunSpec, 'dataset'>;
const Settings = RunSpec.omit({ dataset: true });
const settingsOf = ({ dataset: _, ...settings }: RunSpec): Settings => settings;

const Parent = z.object({ id: z.string(), name: z.string() }).nullable();
const OriginOf = z.object({ name: z.string(), preset: z.string().nullable(), parent: Parent });

const Step = z.object({
  label: z.string(),
  before: Settings,
  after: Settings,
  depth: z.int(),
  linked: z.boolean(),
  origin: z.object({ before: OriginOf, after: OriginOf }).optional(),
});

const Draft = z.object({
  settings: Settings,
  name: z.string(),
  /** The preset that it began with. */
  preset: z.string().nullable(),
  parent: Parent,
  past: z.array(Step),
  future: z.array(Step),
});
type Draft = z.infer<typeof Draft>;

/** The design that the first visit begins with. */
export const firstSpec: RunSpec = RunSpec.parse(quick.spec);

const firstDraft = (): Draft => ({
  settings: settingsOf(firstSpec),
  name: '',
  preset: 'quick',
  parent: null,
  past: [],
  future: [],
});

/** Steps of undo that are kept of the settings; each holds two copies of them. */
const LONGEST_PAST = 200;

export interface RunDraft {
  readonly spec: ComputedRef<RunSpec>;
  readonly problems: ComputedRef<SpecProblems>;
  readonly name: ComputedRef<string> & { value: string };
  readonly preset: ComputedRef<string | null>;
  readonly parent: ComputedRef<{ id: string; name: string } | null>;
  /** What undo takes back; null if there is nothing. */
  readonly undoLabel: ComputedRef<string | null>;
  readonly redoLabel: ComputedRef<string | null>;
  /** Resolves when the draft that the home keeps was read. */
  readonly ready: Promise<void>;
  /** One field by its dotted path; those of the dataset go to the drawing. */
  setField(path: string, value: unknown, label: string): void;
  /** A whole specification, as one step of undo. */
  setSpec(spec: RunSpec, label: string): void;
  loadPreset(preset: PresetView): void;
  /** Makes the design a fork: its specification, with the region to be edited; the seed is kept. */
  fork(parent: { id: string; name: string }, spec: RunSpec): void;
  unfork(): void;
  /** The design that the first visit begins with. */
  renew(): void;
  undo(): void;
  redo(): void;
}

/** The design of a run: the drawing and everything else of its specification, with one undo over both. */
export function useDraft(editor: PaintEditor): RunDraft {
  const { value: draft, ready } = usePersisted('draft/run', Draft, firstDraft);
  const depth = (): number => editor.state.value.past.length;
  const history = (): SettingsHistory<Settings> => draft.value;
  const patch = (change: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...change };
  };
  const spec = computed<RunSpec>(() => {
    // In the order of the schema, as everybody writes it.
    const { version, ...rest } = draft.value.settings;
    return { version, dataset: editor.state.value.spec, ...rest };
  });

  // A step of the drawing ends what could be redone of the settings.
  let turning = false;
  watch(
    () => editor.state.value,
    (now, before) => {
      if (turning || now.past.length <= before.past.length || draft.value.future.length === 0) return;
      patch({ future: [] });
    },
    { flush: 'sync' },
  );

  /** Takes a step; `dataset` is the drawing that comes with it, `origin` where the design comes from now. */
  function take(label: string, after: Settings, dataset: DatasetSpec | null, origin?: Origin): void {
    const at = depth();
    const drawn = dataset !== null && JSON.stringify(dataset) !== JSON.stringify(editor.state.value.spec);
    const changed = JSON.stringify(after) !== JSON.stringify(draft.value.settings);
    turning = true;
    if (drawn) editor.act((state) => commit(state, { label, spec: dataset, selected: [] }));
    else if (changed && editor.state.value.future.length > 0) {
      editor.replace({ ...editor.state.value, future: [] });
    }
    turning = false;
    if (!changed && !(drawn && origin)) {
      patch({ ...origin, ...(drawn ? { future: [] } : {}) });
      return;
    }
    const linked = drawn && depth() > at;
    const { settings: before, name, preset, parent } = draft.value;
    const step = { label, before, after, depth: at, linked };
    const next = recordStep(
      history(),
      origin ? { ...step, origin: { before: { name, preset, parent }, after: origin } } : step,
    );
    patch({ ...origin, settings: after, past: next.past.slice(-LONGEST_PAST), future: [] });
  }

  function turn(by: Turn<Settings> | null, draw: () => void): void {
    if (!by) return;
    turning = true;
    if (by.drawing) draw();
    turning = false;
    if (by.settings === undefined && by.history === draft.value) return;
    const { past, future } = by.history;
    const settings = by.settings ?? draft.value.settings;
    patch({ ...by.origin, settings, past: [...past], future: [...future] });
  }

  const checked = shallowRef<SpecProblems>({ fields: new Map(), whole: null });
  const checker = new Worker(new URL('./problems.worker.ts', import.meta.url), { type: 'module' });
  let asked = 0;
  checker.onmessage = ({ data }: MessageEvent<ProblemsReply>) => {
    if (data.id === asked) checked.value = data.problems;
  };
  onScopeDispose(() => checker.terminate());
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    [spec, editor.drawing],
    ([now, drawing]) => {
      // Enumerating the label space takes a while: the whole is checked in a pause, and elsewhere.
      clearTimeout(timer);
      if (drawing) return;
      timer = setTimeout(() => {
        const request: ProblemsRequest = { id: ++asked, draft: JSON.stringify(now) };
        checker.postMessage(request);
      }, 250);
    },
    { immediate: true },
  );

  return {
    spec,
    problems: computed(() => checked.value),
    name: computed({ get: () => draft.value.name, set: (name: string) => patch({ name }) }),
    preset: computed(() => draft.value.preset),
    parent: computed(() => draft.value.parent),
    undoLabel: computed(() => {
      const by = undoTurn(history(), depth());
      if (!by) return null;
      return by.drawing ? editor.undoLabel.value : draft.value.past.at(-1)!.label;
    }),
    redoLabel: computed(() => {
      const by = redoTurn(history(), depth(), editor.state.value.future.length);
      if (!by) return null;
      return by.settings === undefined ? editor.redoLabel.value : draft.value.future.at(-1)!.label;
    }),
    ready,
    setField(path, value, label) {
      const [first, ...rest] = path.split('.');
      if (first !== 'dataset') return take(label, setAt(draft.value.settings, path, value), null);
      const dataset = setAt(editor.state.value.spec, rest.join('.'), value);
      editor.act((state) => commit(state, { label, spec: dataset, merge: path }));
    },
    setSpec: (next, label) => take(label, settingsOf(next), next.dataset),
    loadPreset({ name, spec: loaded }) {
      const origin = { preset: name, parent: null, name: '' };
      take(`Load preset ${name}`, settingsOf(loaded), loaded.dataset, origin);
    },
    fork(parent, forked) {
      take(`Fork ${parent.name}`, settingsOf(forked), forked.dataset, { parent, preset: null, name: '' });
    },
    unfork: () => patch({ parent: null }),
    renew() {
      const origin = { preset: 'quick', parent: null, name: '' };
      take('New design', settingsOf(firstSpec), firstSpec.dataset, origin);
    },
    undo: () => turn(undoTurn(history(), depth()), () => editor.undo()),
    redo: () => turn(redoTurn(history(), depth(), editor.state.value.future.length), () => editor.redo()),
  };
}
