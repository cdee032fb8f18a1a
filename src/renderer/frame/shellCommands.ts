import { ElNotification } from 'element-plus';
import { h } from 'vue';
import { createEventHook } from '@vueuse/core';
import type { ShellCommand } from '../../shared/contract/system.ts';
import { router } from '../router.ts';
import { service } from '../service/connection.ts';
import { useStream } from '../service/stream.ts';
import { themeChoice } from '../state/theme.ts';

type Action = Extract<ShellCommand, { type: 'action' }>['name'];

const hook = createEventHook<Action>();

/** Views listen to the actions of menus (undo, export …) that concern them. */
export const onShellAction = hook.on;

/** Does what the shell asks: call once, in the frame. */
export function useShellCommands(): void {
  useStream(
    (signal) => service.system.commands(undefined, { signal }),
    (command) => {
      if (command.type === 'navigate') void router.push(command.to);
      else if (command.type === 'action') act(command.name);
      else if (command.type === 'theme') themeChoice.value = command.theme;
      else notify(command);
    },
  );
}

/** As if the menu had been used: for shortcuts and the command palette. */
export function act(name: Action): void {
  if (name === 'new-design') void router.push({ path: '/designer', query: { new: '' } });
  else void hook.trigger(name);
}

function notify({ level, text, runId }: Extract<ShellCommand, { type: 'notice' }>): void {
  const link =
    runId === null ? null : h('a', { href: `#/runs/${runId}`, style: { marginLeft: '8px' } }, 'Show the run');
  ElNotification({
    type: level,
    title: 'Clifford',
    message: h('span', [text, link]),
    duration: 8000,
    // Away from the buttons of every view.
    position: 'bottom-right',
    offset: 40,
  });
}
