/** URL of another entry file beside this module: TypeScript when running from source, JavaScript when built. */
export function siblingEntry(name: string, moduleUrl: string): URL {
  const extension = moduleUrl.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, moduleUrl);
}
