import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A string that tells a process from every other that had or will have its pid (its start time, and on Linux the
 * boot); undefined if there is no such process or the platform does not say.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    switch (process.platform) {
      case 'linux': {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // Field 2 is the command in parentheses and may hold anything, so count from the last parenthesis.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const [state, startTime] = [fields[0], fields[19]];
        if (state === 'Z' || state === 'X') return undefined;
        return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startTime}`;
      }
      case 'win32':
        return run('powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]);
      default:
        return run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    }
  } catch {
    return undefined;
  }
}

/** Kills a process if it still is the one of that identity. Resolves once it is gone; true if it was killed. */
export async function endProcess(pid: number, identity: string): Promise<boolean> {
  if (processIdentity(pid) !== identity) return false;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  while (processIdentity(pid) === identity) await new Promise((resolve) => setTimeout(resolve, 20));
  return true;
}

function run(command: string, args: string[]): string | undefined {
  return (
    execFileSync(command, args, {
      encoding: 'utf8',
      timeout: 5000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim() || undefined
  );
}
