import { cpSync, existsSync, globSync, readdirSync, rmSync } from 'node:fs';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

/**
 * The processes' code is built file by file: `out/` mirrors `src/`. A path relative to a module (the preset folder, the
 * engine's entry, a worker, the migrations) so means the same from source and built, and one build serves the window's
 * process, the engine process and its threads. Packages stay outside and come from node_modules.
 */
const ENTRIES = ['src/main/index.ts', 'src/engine/main.ts', ...globSync('src/{engine,main}/**/*-worker.ts')];
const MIGRATIONS = 'main/workbench/store/migrations';

/** What an earlier build left: all but the pages and the preload script, which are built beside it. */
function removeBuilt(): void {
  for (const name of existsSync('out') ? readdirSync('out') : []) {
    if (name !== 'renderer' && name !== 'preload') rmSync(`out/${name}`, { recursive: true });
  }
}

export default defineConfig({
  main: {
    plugins: [
      {
        name: 'mirror',
        buildStart: removeBuilt,
        closeBundle: () => cpSync(`src/${MIGRATIONS}`, `out/${MIGRATIONS}`, { recursive: true }),
      },
    ],
    build: {
      outDir: 'out',
      emptyOutDir: false, // it holds the pages, too
      rolldownOptions: {
        input: ENTRIES,
        output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        // A sandboxed preload script cannot be a module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    base: '/',
    plugins: [vue()],
    build: {
      outDir: 'out/renderer',
      emptyOutDir: true,
      // No inlined images: the content security policy allows files of our own only.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'src/renderer/index.html' },
    },
  },
});
