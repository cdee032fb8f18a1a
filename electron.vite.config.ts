import { cpSync } from 'node:fs';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';

const MIGRATIONS = 'src/main/workbench/store/migrations';

// There is no preload yet: the window reads the same addresses as a browser does.
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: { input: { index: 'src/main/index.ts' } },
    },
    plugins: [
      {
        // The history looks for its migrations beside its own code, which is now out/main/index.js.
        name: 'copy-migrations',
        closeBundle: () => cpSync(MIGRATIONS, 'out/main/migrations', { recursive: true }),
      },
    ],
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
