import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliffordError, invalid, invariant } from '../../core/base/errors.ts';
import { initialParameters } from '../../core/nn/parameters.ts';
import { ensureFolder, writeFileAtomic, type WrittenFile } from '../../files/atomic.ts';
import { sha256File } from '../../files/hash.ts';
import { writeSafetensorsStream } from '../../files/safetensors-stream.ts';
import type { AnalysisFile } from '../../shared/analysis.ts';
import type { EngineEvent, EngineRequest } from '../../shared/engine-protocol.ts';
import { checkReading, type CheckedReading } from '../../shared/representation.ts';
import { readCheckpoint } from '../checkpoint.ts';
import { designRun } from '../design.ts';
import { exportModel } from '../export.ts';
import { analyse } from './analyse.ts';
import { readTap } from './read.ts';

type AnalyzeRequest = Extract<EngineRequest, { type: 'analyze' }>;
type Emit = (event: EngineEvent) => void;

export const REPRESENTATION_FORMAT = 'clifford-representation-1';

/**
 * Reads a representation through the exported tap model, unless it is stored, and measures it. Leaves the representation
 * as safetensors (`representation` (n, d), `labels` (n, 2) float32, `sections` (n) uint8, whose names are in the
 * metadata) and the answer as `AnalysisFile`.
 * @throws CliffordError INVALID_INPUT, NON_FINITE, CANCELLED when the signal aborts, STORAGE
 */
export async function analyzeJob(request: AnalyzeRequest, emit: Emit, signal: AbortSignal): Promise<void> {
  const { spec, folder, representation, representationFile, analysisFile, step, weights } = request;
  const reading = checkReading(spec, representation);
  const path = join(folder, representationFile);
  if (!isStored(path, request, emit)) {
    ensureFolder(dirname(path));
    const written = await readToFile(path, request, reading, emit, signal);
    emit({
      type: 'artifact',
      artifact: { kind: 'representation', file: representationFile, step, ...written },
    });
  }
  const { grid } = reading;
  const { answer, notices } = await analyse({
    path,
    request: request.request,
    spec,
    grid,
    onProgress: throttled((fraction) => emit({ type: 'analysis', phase: 'analysing', fraction })),
    signal,
  });
  const content: AnalysisFile = {
    format: 'clifford-analysis-1',
    step,
    weights,
    representation,
    timestep: reading.timestep,
    request: request.request,
    labels: Array.from(grid.keys, (_, i) => [grid.labels[2 * i]!, grid.labels[2 * i + 1]!]),
    sections: [...grid.sections],
    dimension: reading.dimension,
    shape: reading.shape,
    notices: [...reading.notices, ...notices],
    answer,
  };
  ensureFolder(dirname(join(folder, analysisFile)));
  const written = writeFileAtomic(join(folder, analysisFile), JSON.stringify(content));
  emit({
    type: 'artifact',
    artifact: { kind: 'analysis', file: analysisFile, step, ...written },
  });
}

function isStored(
  path: string,
  { representationFile, representationSha256 }: AnalyzeRequest,
  emit: Emit,
): boolean {
  if (representationSha256 === null) return false;
  const actual = statSync(path, { throwIfNoEntry: false })?.isFile() ? sha256File(path) : null;
  if (actual === representationSha256) return true;
  const wrong = actual === null ? 'is missing' : `has sha256 ${actual}, expected ${representationSha256}`;
  emit({ type: 'notice', sentence: `representation file ${representationFile} ${wrong}: read again` });
  return false;
}

/**
 * (P) float32
 * @throws CliffordError STORAGE when the file is not as it was recorded, INVALID_INPUT when it is another run's
 */
function loadWeights({ spec, folder, checkpoint, step, representation }: AnalyzeRequest): Float32Array {
  const { layout } = designRun(spec);
  if (checkpoint === null) return initialParameters(layout, spec.seed);
  const path = join(folder, checkpoint.file);
  const actual = sha256File(path);
  if (actual !== checkpoint.sha256) {
    throw new CliffordError(
      'STORAGE',
      `${path} has sha256 ${actual}, expected ${checkpoint.sha256}: it is damaged; choose another step`,
    );
  }
  const found = readCheckpoint(path, spec, layout);
  if (found.step !== step) throw invalid(`${path}: got weights of step ${found.step}, expected step ${step}`);
  return representation.weights === 'ema' ? found.state.average : found.state.parameters;
}

async function readToFile(
  path: string,
  request: AnalyzeRequest,
  { grid, dimension, shape, timestep }: CheckedReading,
  emit: Emit,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const { spec, runId, representation, step, threads } = request;
  const { tap, mode, seed, weights } = representation;
  invariant(weights !== 'auto', 'analyze: the weights to read are decided before');
  const facts = { step, weights };
  const model = exportModel(spec, designRun(spec).layout, loadWeights(request), facts, [tap]);
  const report = throttled((fraction) => emit({ type: 'analysis', phase: 'reading', fraction }));
  const count = grid.keys.length;
  const names = [...new Set(grid.sections)].sort();
  return writeSafetensorsStream(
    path,
    {
      representation: {
        type: 'F32',
        shape: [count, dimension],
        pieces: readTap({
          model,
          spec,
          tap,
          mode,
          timestep,
          seed,
          grid,
          threads,
          onProgress: report,
          signal,
        }),
      },
      labels: { type: 'F32', shape: [count, 2], pieces: [Float32Array.from(grid.labels)] },
      sections: {
        type: 'U8',
        shape: [count],
        pieces: [Uint8Array.from(grid.sections, (name) => names.indexOf(name))],
      },
    },
    {
      format: REPRESENTATION_FORMAT,
      run: runId,
      step: String(step),
      weights,
      tap,
      shape: JSON.stringify(shape),
      mode,
      timestep: String(timestep),
      seed: String(seed),
      sections: JSON.stringify(names),
      representation: JSON.stringify(representation),
      spec: JSON.stringify(spec),
    },
  );
}

const REPORT_MS = 100;

/** A few reports a second, and that of the end, once. */
function throttled(report: (fraction: number) => void): (fraction: number) => void {
  let told = -Infinity;
  let ended = false;
  return (fraction) => {
    const now = performance.now();
    if (ended || (now - told < REPORT_MS && fraction < 1)) return;
    told = now;
    ended = fraction >= 1;
    report(fraction);
  };
}
