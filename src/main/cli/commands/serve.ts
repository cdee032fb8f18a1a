import type { Command } from 'commander';
import { addHomeOption, type CliContext, type HomeOptions, wholeNumber, withWorkbench } from '../context.ts';
import { endNotice } from '../../rpc/end-notice.ts';
import { listenForInterrupts } from '../interrupts.ts';

interface ServeOptions extends HomeOptions {
  port: number;
  host: string;
  expose?: boolean;
}

/** `serve`: the workbench in a browser on this machine. */
export function addServeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('serve')
    .summary('open the workbench in a browser')
    .description(
      'Serves the workbench to browsers on this machine, until Ctrl-C. Only the printed link opens it: it carries a ' +
        'secret that is made anew each time. Queued runs train while it serves; at its end they are checkpointed.',
    )
    .option('--port <n>', 'TCP port; 0 takes any free one', wholeNumber('--port', 0, 65_535), 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--expose',
      'allow a --host that other machines reach: whoever sees the link, or the traffic (it is not encrypted), can ' +
        'use the workbench with your rights',
    );
  addHomeOption(command)
    .addHelpText(
      'after',
      `
From another machine, forward the port under the same number:
  clifford serve --port 7400                      there
  ssh -L 7400:127.0.0.1:7400 that-machine         here; then open the printed link`,
    )
    .action(async (options: ServeOptions) => {
      const [{ serveWorkbench }, { createAnswer, rendererFolder }, { createRouter }, { createHost }] =
        await Promise.all([
          import('../../serve/http.ts'),
          import('../../serve/answer.ts'),
          import('../../rpc/router.ts'),
          import('../../rpc/host.ts'),
        ]);
      await withWorkbench(context, options, async (workbench) => {
        const host = createHost();
        const answer = createAnswer(workbench, host, rendererFolder());
        const router = createRouter(workbench, host);
        const { expose: exposed = false } = options;
        const server = await serveWorkbench(answer, router, {
          host: options.host,
          port: options.port,
          exposed,
        });
        const queue = workbench.runQueue({
          onEnd: (outcome) => {
            const notice = endNotice(outcome);
            if (notice) host.commands.send(notice);
          },
        });
        const interrupts = listenForInterrupts(() => context.terminal.err('Closing …\n'));
        context.terminal.out(`${server.url}\n`);
        context.terminal.err(`Open this link to see the runs in ${workbench.home}; Ctrl-C ends it.\n`);
        if (exposed) context.terminal.err(EXPOSED);
        await new Promise<void>((resolve) => interrupts.stop.addEventListener('abort', () => resolve()));
        // Runs are checkpointed first, so that windows see it; a second Ctrl-C does not wait.
        const killed = new Promise<void>((resolve) =>
          interrupts.kill.addEventListener('abort', () => resolve()),
        );
        await Promise.race([queue.stop(), killed]);
        interrupts.dispose();
        await server.close();
        host.downloads.dispose();
      });
    });
}

const EXPOSED =
  'Other machines can reach this address. The traffic is not encrypted: expose it in networks you trust only, ' +
  'or use ssh -L instead.\n';
