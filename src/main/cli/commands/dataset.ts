import path from 'node:path';
import type { Command } from 'commander';
import { buildDataset } from '../../../core/dataset/dataset.ts';
import { describeDataset } from '../../../core/dataset/describe.ts';
import { ensureFolder, writeFileAtomic } from '../../../files/atomic.ts';
import { resolveDataset } from '../../presets/spec-input.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  gather,
  type HomeOptions,
  presetsOf,
} from '../context.ts';
import { countsDocument, countsText, exampleSheet, labelMap } from '../dataset-preview.ts';
import { report } from '../output.ts';

/** `dataset preview`. */
export function addDatasetCommands(program: Command, context: CliContext): void {
  const dataset = program
    .command('dataset')
    .summary('look at a dataset before training')
    .description('Datasets.');
  const preview = dataset
    .command('preview')
    .argument('<spec>', 'a preset or a JSON file: a whole specification, or a dataset alone')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--set <path=value>', 'change one field of the specification (repeatable)', gather)
    .description('Writes the map of the label space with its regions, example images, and counts.');
  addJsonOption(addHomeOption(preview))
    .addHelpText(
      'after',
      `
Writes label-map.svg and .png, examples.svg and .png, and counts.json.

Examples:
  clifford dataset preview quick-stripes --out preview
  clifford dataset preview mine.json --out preview --json`,
    )
    .action((given: string, options: HomeOptions & { out: string; set?: string[] }) => {
      const built = buildDataset(resolveDataset(given, options.set, presetsOf(options)));
      const facts = describeDataset(built);
      const out = path.resolve(options.out);
      ensureFolder(out);
      const map = labelMap(built, facts, path.basename(given));
      const examples = exampleSheet(built, path.basename(given));
      const document = countsDocument(facts);
      const contents: [string, string | Uint8Array][] = [
        ['label-map.svg', map.svg],
        ['label-map.png', map.png],
        ['examples.svg', examples.svg],
        ['examples.png', examples.png],
        ['counts.json', `${JSON.stringify(document, null, 2)}\n`],
      ];
      const files = contents.map(([name, content]) => {
        const file = path.join(out, name);
        writeFileAtomic(file, content);
        return file;
      });
      report(
        context.terminal,
        options.json === true,
        { ...document, files },
        () => `${countsText(facts)}\n\n${files.join('\n')}`,
      );
    });
}
