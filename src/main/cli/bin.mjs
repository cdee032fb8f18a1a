#!/usr/bin/env node
// Started by any Node from 20 on; the command line itself (main.ts) needs a newer one.
import { fileURLToPath } from 'node:url';
import { dieWithLauncher, findNode, noNodeMessage, runAndExit } from './find-node.mjs';

const node = findNode();
if (node === null) {
  process.stderr.write(`clifford: ${noNodeMessage()}\n`);
  process.exit(5);
} else if (node === process.execPath) {
  dieWithLauncher();
  const { main } = await import('./main.ts');
  // Not only the exit code: what an interrupted command was about to do must not happen after its last word.
  process.exit(await main(process.argv.slice(2)));
} else {
  runAndExit(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}
