import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { CliffordError } from '../../../core/base/errors.ts';
import type { Workbench } from '../api.ts';
import { openWorkbench } from '../service.ts';
import { testSpec } from './spec.ts';

export const SCRIPTED_ENGINE = fileURLToPath(new URL('./scripted-engine.ts', import.meta.url));

const cleanups: (() => void)[] = [];
afterEach(() => {
  while (cleanups.length > 0) cleanups.pop()!();
});

/** Runs after the test, the latest first. */
export function cleanUp(action: () => void): void {
  cleanups.push(action);
}

/** An empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clifford-test-'));
  cleanUp(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
  return folder;
}

/** A workbench with the scripted engine, closed with the test. */
export function testWorkbench(home = temporaryFolder()): Workbench {
  const workbench = openWorkbench({ home, engineEntry: SCRIPTED_ENGINE });
  cleanUp(() => workbench.close());
  return workbench;
}

/** A finished run of 20 steps; returns its id. */
export async function trained(workbench: Workbench): Promise<string> {
  script('ok');
  const { id } = workbench.createRun({ spec: testSpec() });
  const { state } = await workbench.train(id, { engine: 'auto' });
  if (state !== 'finished') throw new Error(`expected a finished run, got ${state}`);
  return id;
}

/** Sets what the next engine processes do (see scripted-engine.ts), until the end of the test. */
export function script(name: string, options: { step?: number; stepMs?: number } = {}): void {
  setEnvironment('SCRIPT', name);
  setEnvironment('SCRIPT_STEP', options.step?.toString());
  setEnvironment('SCRIPT_STEP_MS', options.stepMs?.toString());
  // The default limit is gigabytes, and filling them takes long.
  setEnvironment('NODE_OPTIONS', name === 'memory' ? '--max-old-space-size=40' : process.env.NODE_OPTIONS);
}

/** Sets a variable until the end of the test. */
export function setEnvironment(key: string, value: string | undefined): void {
  const before = process.env[key];
  const set = (v: string | undefined): void => {
    if (v === undefined) delete process.env[key];
    else process.env[key] = v;
  };
  set(value);
  cleanUp(() => set(before));
}

/** The CliffordError that the action throws or rejects with; a test fails on anything else. */
export async function errorOf(action: () => unknown): Promise<CliffordError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof CliffordError) return error;
    throw error;
  }
  throw new Error('expected a CliffordError, but it succeeded');
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
