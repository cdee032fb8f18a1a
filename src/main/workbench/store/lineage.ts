import type { Db } from './database.ts';

/** Runs forked from this one, the oldest first. */
export function childrenOf(db: Db, id: string): { id: string; name: string }[] {
  return db.$client
    .prepare('SELECT id, name FROM runs WHERE parent_id = ? AND deleted_at IS NULL ORDER BY pk')
    .all(id) as { id: string; name: string }[];
}

/**
 * The pks of a run's family, parents before children: up to the first ancestor that is known by its id, which may be
 * a run that was purged, and down from there.
 */
export function familyOf(db: Db, id: string): number[] {
  return db.$client
    .prepare(
      `WITH RECURSIVE
         up(id, height) AS (
           SELECT @id, 0
           UNION SELECT r.parent_id, height + 1 FROM up JOIN runs r ON r.id = up.id WHERE r.parent_id IS NOT NULL
         ),
         down(id, depth) AS (
           SELECT id, 0 FROM (SELECT id FROM up ORDER BY height DESC LIMIT 1)
           UNION SELECT r.id, depth + 1 FROM down JOIN runs r ON r.parent_id = down.id
         )
       SELECT r.pk FROM down JOIN runs r ON r.id = down.id ORDER BY down.depth, r.pk`,
    )
    .pluck()
    .all({ id }) as number[];
}
