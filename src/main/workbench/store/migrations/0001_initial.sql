-- Run history, version 1. Times are ISO 8601 in UTC. Flags are 0 or 1.

CREATE TABLE runs (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  preset TEXT,
  spec TEXT NOT NULL,              -- canonical JSON
  spec_hash TEXT NOT NULL,
  seed INTEGER NOT NULL,
  steps INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 0, -- the last one heard of
  state TEXT NOT NULL,
  reason_code TEXT,
  reason_message TEXT,
  engine TEXT,
  environment TEXT NOT NULL DEFAULT '{}',
  weights TEXT,                    -- of the newest checkpoint, and the step it was taken at
  weights_step INTEGER,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT,
  deleted_at TEXT,
  purging INTEGER NOT NULL DEFAULT 0,
  heartbeat_at TEXT,
  owner_pid INTEGER,
  engine_pid INTEGER,
  engine_identity TEXT,            -- tells the engine from a later process with its pid
  stop_request INTEGER NOT NULL DEFAULT 0 -- 0 none, 1 checkpoint and stop, 2 end at once
) STRICT;
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_state ON runs (state);

CREATE TABLE tags (
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (run_pk, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

-- State history and notices, oldest first.
CREATE TABLE events (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  at TEXT NOT NULL,
  state TEXT NOT NULL,
  step INTEGER NOT NULL,
  code TEXT,
  message TEXT
) STRICT;
CREATE INDEX events_by_run ON events (run_pk);

-- One row for each run and key, kept up to date on insert, so that tables of runs never scan points.
CREATE TABLE metric_series (
  pk INTEGER PRIMARY KEY,
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  key TEXT NOT NULL,
  points INTEGER NOT NULL,
  latest_step INTEGER NOT NULL,
  latest_value REAL NOT NULL,
  min_step INTEGER NOT NULL,
  min_value REAL NOT NULL,
  max_step INTEGER NOT NULL,
  max_value REAL NOT NULL,
  UNIQUE (run_pk, key)
) STRICT;

CREATE TABLE metric_points (
  series_pk INTEGER NOT NULL REFERENCES metric_series (pk) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (series_pk, step)
) STRICT, WITHOUT ROWID;

-- The ledger: a row is written only once its file is durable and matches.
CREATE TABLE artifacts (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  file TEXT NOT NULL,              -- relative to the run's folder, forward slashes
  step INTEGER,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  weights TEXT,                    -- of checkpoints and milestones
  retiring INTEGER NOT NULL DEFAULT 0, -- the file is being deleted, the row goes after it
  created_at TEXT NOT NULL,
  UNIQUE (run_pk, file)
) STRICT;
CREATE INDEX artifacts_by_kind ON artifacts (run_pk, kind, step);

CREATE TABLE evaluations (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  run_pk INTEGER NOT NULL REFERENCES runs (pk) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  final INTEGER NOT NULL,
  source TEXT NOT NULL,            -- training or request
  accuracy TEXT NOT NULL,          -- JSON: section to accuracy of both
  body TEXT NOT NULL,              -- JSON
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX evaluations_by_step ON evaluations (run_pk, step, final, pk);
-- Training reports a step once; asking again (source request) may add.
CREATE UNIQUE INDEX evaluations_of_training ON evaluations (run_pk, step, final) WHERE source = 'training';
