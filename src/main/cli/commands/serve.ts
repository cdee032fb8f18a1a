import type { Command } from 'commander';
import { addHomeOption, type CliContext, type HomeOptions, wholeNumber, withWorkbench } from '../context.ts';
import { listenForInterrupts } from '../interrupts.ts';

interface ServeOptions extends HomeOptions {
  port: number;
  host: string;
}

/** `serve`: the workbench in a browser on this machine. */
export function addServeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .summary('open the workbench in a browser')
    .description(
      'Serves the workbench to browsers on this machine, until Ctrl-C. Only the printed link opens it: it carries a ' +
        'secret that is made anew each time.',
    )
    .option('--port <n>', 'TCP port; 0 takes any free one', wholeNumber('--port', 0, 65_535), 0)
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1');
  addHomeOption(command)
    .addHelpText(
      'after',
      `
From another machine, forward the port under the same number:
  clifford serve --port 7400                      there
  ssh -L 7400:127.0.0.1:7400 that-machine         here; then open the printed link`,
    )
    .action(async (options: ServeOptions) => {
      const [{ serveWorkbench }, { createRoutes, rendererFolder }] = await Promise.all([
        import('../../serve/http.ts'),
        import('../../serve/routes.ts'),
      ]);
      await withWorkbench(context, options, async (workbench) => {
        const routes = createRoutes(workbench, rendererFolder());
        const server = await serveWorkbench(routes, { host: options.host, port: options.port });
        const interrupts = listenForInterrupts(() => context.terminal.err('Closing …\n'));
        context.terminal.out(`${server.url}\n`);
        context.terminal.err(`Open this link to see the runs in ${workbench.home}; Ctrl-C ends it.\n`);
        await new Promise<void>((resolve) => interrupts.stop.addEventListener('abort', () => resolve()));
        interrupts.dispose();
        await server.close();
      });
    });
}
