import { readFileSync } from 'node:fs';

/** The version of the package; a built app is told it by the build, since its own files lie elsewhere. */
export function packageVersion(): string {
  const built = process.env['CLIFFORD_VERSION'];
  if (built !== undefined) return built;
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
