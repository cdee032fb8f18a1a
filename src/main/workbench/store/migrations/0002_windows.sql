-- Run history, version 2: stars, forks, the queue, regions and what tables of runs are sorted by.

-- `spec` may hold a painting of megabytes, and columns behind it are reached by reading through it: it goes to the end.
ALTER TABLE runs RENAME COLUMN spec TO spec_before;
ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN parent_id TEXT;             -- the run it was forked from; stays when that one is purged
ALTER TABLE runs ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0; -- grows when points are taken back or replaced
ALTER TABLE runs ADD COLUMN queue_position INTEGER;     -- waits in this order; NULL when it does not wait
ALTER TABLE runs ADD COLUMN seconds REAL NOT NULL DEFAULT 0; -- of training, all stretches
ALTER TABLE runs ADD COLUMN progress TEXT;              -- JSON, what a running run said last
ALTER TABLE runs ADD COLUMN seedless_hash TEXT;         -- of the spec without its seed; NULL: not computed yet
ALTER TABLE runs ADD COLUMN region_hash TEXT;           -- of the layers held-out and lesion
ALTER TABLE runs ADD COLUMN held_out REAL;              -- fractions of the frame's 2D labels
ALTER TABLE runs ADD COLUMN lesion REAL;
ALTER TABLE runs ADD COLUMN training_images INTEGER;
ALTER TABLE runs ADD COLUMN region TEXT;                -- JSON thumbnail; NULL: not computed yet, 'null': cannot be
ALTER TABLE runs ADD COLUMN spec TEXT NOT NULL DEFAULT '';
UPDATE runs SET spec = spec_before;
ALTER TABLE runs DROP COLUMN spec_before;

-- Stretches of training before this version: from the first start to the last end is the best that is known.
UPDATE runs SET seconds = max(0, unixepoch(ended_at, 'subsec') - unixepoch(started_at, 'subsec'))
WHERE started_at IS NOT NULL AND ended_at IS NOT NULL;

CREATE INDEX runs_by_parent ON runs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX runs_in_queue ON runs (queue_position) WHERE queue_position IS NOT NULL;
CREATE INDEX runs_not_described ON runs (pk) WHERE seedless_hash IS NULL OR region IS NULL;

-- Accuracy (`both`) by section: of the latest evaluation (NULL if it did not measure that section) and the best of all.
CREATE TABLE accuracies (
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  section TEXT NOT NULL,
  last REAL,
  best REAL NOT NULL,
  PRIMARY KEY (run_pk, section)
) STRICT, WITHOUT ROWID;
INSERT INTO accuracies (run_pk, section, last, best)
SELECT e.run_pk, j.key, NULL, max(CAST(j.value AS REAL)) FROM evaluations e, json_each(e.accuracy) j
GROUP BY e.run_pk, j.key;
UPDATE accuracies SET last = (
  SELECT CAST(j.value AS REAL) FROM json_each((
    SELECT e.accuracy FROM evaluations e WHERE e.run_pk = accuracies.run_pk
    ORDER BY e.step DESC, e.final DESC, e.pk DESC LIMIT 1
  )) j WHERE j.key = accuracies.section
);

-- What names there are is looked up without reading every row.
CREATE INDEX accuracies_by_section ON accuracies (section);
CREATE INDEX metric_series_by_key ON metric_series (key);

-- JSON that windows keep: drafts, layouts, named views.
CREATE TABLE documents (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  saved_at REAL NOT NULL           -- milliseconds since 1970 by the writer's clock
) STRICT, WITHOUT ROWID;

-- JSON by name: the state of the queue, the settings of the workbench.
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
