-- A database of version 3 as a user might have it: the migrations test brings it to the newest version. Frozen.
INSERT INTO runs (pk, id, name, preset, spec_hash, seed, steps, step, state, engine, environment, weights, weights_step,
  note, created_at, started_at, ended_at, deleted_at, starred, parent_id, epoch, queue_position, seconds, seedless_hash,
  region_hash, held_out, lesion, training_images, region, spec)
VALUES
  (1, '0e2yk4aaaa', 'quick-calm-owl', 'quick', 'h1', 3, 20, 20, 'finished', 'onnxruntime-cpu', '{"node":"v24.0.0"}',
   'w20', 20, 'a note', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z', '2026-01-01T00:10:00.000Z', NULL,
   1, NULL, 2, NULL, 599, 's1', 'r1', 0.25, 0, 3, '{"side":2,"cells":"tth.","heldOut":0.25,"lesion":0,"trainingImages":3}',
   '{"version":1}'),
  (2, '0e2yk4bbbb', 'quick-shy-elm', NULL, 'h2', 4, 20, 7, 'failed', NULL, '{}', NULL, NULL, '',
   '2026-01-02T00:00:00.000Z', NULL, NULL, '2026-01-03T00:00:00.000Z', 0, '0e2yk4aaaa', 0, 5, 0, 's2', 'r2', NULL, NULL,
   NULL, 'null', '{"version":1}');
UPDATE runs SET reason_code = 'NON_FINITE', reason_message = 'loss is NaN at step 7' WHERE pk = 2;
INSERT INTO tags (run_pk, tag) VALUES (1, 'baseline'), (1, 'paper');
INSERT INTO events (run_pk, at, state, step, code, message) VALUES
  (1, '2026-01-01T00:00:00.000Z', 'queued', 0, NULL, NULL),
  (2, '2026-01-02T00:00:07.000Z', 'failed', 7, 'NON_FINITE', 'loss is NaN at step 7');
INSERT INTO metric_series (pk, run_pk, key, points, latest_step, latest_value, min_step, min_value, max_step, max_value)
VALUES (1, 1, 'loss', 3, 3, 0.5, 2, 0.25, 1, 1.0);
INSERT INTO metric_points (series_pk, step, value) VALUES (1, 1, 1.0), (1, 2, 0.25), (1, 3, 0.5);
INSERT INTO artifacts (run_pk, kind, file, step, bytes, sha256, weights, created_at) VALUES
  (1, 'checkpoint', 'checkpoints/000020.safetensors', 20, 12, 'aa', 'w20', '2026-01-01T00:10:00.000Z');
INSERT INTO evaluations (run_pk, step, final, source, accuracy, body, created_at) VALUES
  (1, 20, 1, 'training', '{"overall":0.9}',
   '{"step":20,"final":true,"tolerancePx":0.5,"readout":"matchedFilter","weights":"ema","seconds":1,"sections":[]}',
   '2026-01-01T00:10:00.000Z');
INSERT INTO accuracies (run_pk, section, last, best) VALUES (1, 'overall', 0.9, 0.9);
INSERT INTO documents (key, value, saved_at) VALUES ('draft/design', '{"strokes":[1,2]}', 1767225600000);
INSERT INTO settings (key, value) VALUES ('queue', '{"paused":true,"concurrency":2}');
INSERT INTO artifacts (pk, run_pk, kind, file, step, bytes, sha256, created_at) VALUES
  (2, 2, 'analysis', 'analyses/0123456789abcdef0123456789abcdef.json', 20, 12, 'bb', '2026-01-01T00:20:00.000Z');
INSERT INTO analyses (artifact_pk, representation, request, seconds) VALUES
  (2, '{"tap":"down2","network":"trained","weights":"ema","mode":"clean","timestep":5,"seed":0,"perAxis":null}',
   '{"kind":"pca","method":"auto","components":10}', 1.5);
