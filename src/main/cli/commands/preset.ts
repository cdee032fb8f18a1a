import type { Command } from 'commander';
import { listPresets } from '../../presets/own.ts';
import {
  addHomeOption,
  addJsonOption,
  type CliContext,
  type HomeOptions,
  homeOf,
  presetsOf,
} from '../context.ts';
import { report } from '../output.ts';

/** `preset list|show`. */
export function addPresetCommands(program: Command, context: CliContext): void {
  const preset = program
    .command('preset')
    .summary('ready specifications')
    .description('Specifications that come with Clifford, and those that you saved.');
  const common = (command: Command) => addJsonOption(addHomeOption(command));

  common(preset.command('list').description('Lists the presets.')).action((options: HomeOptions) => {
    const presets = listPresets(homeOf(options), (sentence) =>
      context.terminal.err(`clifford: preset left out: ${sentence}\n`),
    );
    const document = presets.map(({ name, title, description, own }) => ({ name, title, description, own }));
    report(context.terminal, options.json === true, { presets: document }, () =>
      presets.map((p) => `${p.name}\n  ${p.title}\n${wrap(p.description, 2)}`).join('\n\n'),
    );
  });

  common(
    preset
      .command('show')
      .argument('<name>', 'a preset')
      .description('Prints a preset as a whole specification, to be edited and trained.'),
  )
    .addHelpText(
      'after',
      '\nExample:\n  clifford preset show quick > mine.json    # edit it, then: clifford train mine.json',
    )
    .action((name: string, options: HomeOptions) => {
      const found = presetsOf(options).load(name);
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
