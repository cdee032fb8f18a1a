-- Run history, version 3: what was measured of representations. The answers are in files; this says what was asked, so
-- that a list of them opens none. A row goes with the file's own.
CREATE TABLE analyses (
  artifact_pk INTEGER NOT NULL PRIMARY KEY REFERENCES artifacts (pk) ON DELETE CASCADE,
  representation TEXT NOT NULL,    -- JSON
  request TEXT NOT NULL,           -- JSON
  seconds REAL                     -- NULL: computed in another home
) STRICT;
