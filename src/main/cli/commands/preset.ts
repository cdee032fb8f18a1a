import type { Command } from 'commander';
import { loadPreset, presetNames } from '../../presets/presets.ts';
import { addJsonOption, type CliContext } from '../context.ts';
import { report } from '../output.ts';

/** `preset list|show`. */
export function addPresetCommands(program: Command, context: CliContext): void {
  const preset = program
    .command('preset')
    .summary('specifications that come with Clifford')
    .description('Specifications that come with Clifford.');

  addJsonOption(preset.command('list').description('Lists the presets.')).action(
    (options: { json?: boolean }) => {
      const presets = presetNames().map((name) => loadPreset(name));
      const document = presets.map(({ name, title, description }) => ({ name, title, description }));
      report(context.terminal, options.json === true, { presets: document }, () =>
        presets.map((p) => `${p.name}\n  ${p.title}\n${wrap(p.description, 2)}`).join('\n\n'),
      );
    },
  );

  addJsonOption(
    preset
      .command('show')
      .argument('<name>', 'a preset')
      .description('Prints a preset as a whole specification, to be edited and trained.'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  clifford preset show quick > mine.json    # edit it, then: clifford train mine.json',
    )
    .action((name: string, options: { json?: boolean }) => {
      const found = loadPreset(name);
      report(context.terminal, options.json === true, found, () => JSON.stringify(found.spec, null, 2));
    });
}

function wrap(text: string, indent: number, width = 96): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width - indent) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((l) => ' '.repeat(indent) + l).join('\n');
}
