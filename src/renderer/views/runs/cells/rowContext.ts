import type { InjectionKey, Ref } from 'vue';
import type { RunRow } from '../../../../shared/contract/runs.ts';

/** What the cells of a row need of the table around them. */
export interface RowContext {
  /** The one row that Tab reaches. Keyed, so that only rows that change are drawn. */
  readonly focused: ReadonlySet<string>;
  /** The one under the pointer. */
  readonly hovered: ReadonlySet<string>;
  /** Id of the run whose name is being edited. */
  readonly renaming: Readonly<Ref<string | null>>;
  readonly nowMs: Readonly<Ref<number>>;
  star(run: RunRow): void;
  beginRename(id: string | null): void;
  rename(run: RunRow, name: string): Promise<boolean>;
  editTags(run: RunRow, anchor: HTMLElement): void;
  editNote(run: RunRow, anchor: HTMLElement): void;
  showFamily(run: RunRow): void;
  filterTag(tag: string): void;
}

export const rowContext: InjectionKey<RowContext> = Symbol('row of the table of runs');
