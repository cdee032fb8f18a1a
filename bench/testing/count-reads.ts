// Prints how many reads a process makes of a home's history until its first page of runs is there (Linux).
import { readFileSync } from 'node:fs';
import { openWorkbench } from '../../src/main/workbench/service.ts';
import { RunQuery } from '../../src/shared/contract/runs.ts';

const reads = (): number => Number(/^syscr: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))![1]);

const before = reads();
const workbench = openWorkbench({ home: process.argv[2]! });
const page = workbench.pageRuns(RunQuery.parse({}));
const after = reads();
if (page.rows.length !== 100) throw new Error(`expected a page of 100 runs, got ${page.rows.length}`);
process.stdout.write(`${after - before}\n`);
workbench.close();
