import { useEventListener } from '@vueuse/core';
import { useBundles } from '../views/runs/useBundles.ts';

/**
 * Bundles may be dropped on any view. Without this a browser would leave the workbench and open the file; views that
 * take drops themselves have prevented that already.
 */
export function useFileDrop(): void {
  const { importFiles } = useBundles(() => {}); // tables hear of new runs by themselves
  useEventListener(window, 'dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  useEventListener(window, 'drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    const taken = event.defaultPrevented;
    event.preventDefault();
    if (!taken) void importFiles(files);
  });
}
