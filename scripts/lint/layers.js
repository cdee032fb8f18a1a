import path from 'node:path';

/**
 * The layer table of ARCHITECTURE.md as lint data. The first entry whose folder holds the file applies; `may`
 * lists the folders under src/ it may import from (its own folder always), `packages` the npm packages and
 * Node modules ('node:*' is all of Node).
 *
 * @type {readonly { folder: string, may: readonly string[], packages: readonly string[] | 'any', why: string }[]}
 */
export const LAYERS = [
  {
    folder: 'core/base',
    may: [],
    packages: [],
    why: 'core/base is the bottom: it stands on nothing, so that everything may stand on it',
  },
  {
    folder: 'core/graph',
    may: ['core/base'],
    packages: ['zod'],
    why: 'the graph is plain operators and shapes: it knows no networks, no ONNX and no derivatives',
  },
  {
    folder: 'core/autodiff',
    may: ['core/base', 'core/graph'],
    packages: ['zod'],
    why: 'derivatives are rules over graph operators and nothing above them',
  },
  {
    folder: 'core/onnx',
    may: ['core/base', 'core/graph'],
    packages: ['zod', 'protobufjs', 'protobufjs/*'],
    why: 'the lowering knows graphs, never networks, so that any graph can be exported',
  },
  {
    folder: 'core/dataset',
    may: ['core/base'],
    packages: ['zod'],
    why: 'datasets are defined without any model, so that what is shown and what learns stay apart',
  },
  {
    folder: 'core/nn',
    may: ['core/base', 'core/graph', 'core/autodiff', 'core/dataset'],
    packages: ['zod'],
    why: 'networks are built from the graph; diffusion and measurements stand above them',
  },
  {
    folder: 'core/diffusion',
    may: ['core/base', 'core/graph', 'core/autodiff', 'core/nn', 'core/dataset'],
    packages: ['zod'],
    why: 'diffusion trains networks on datasets; measurements stand above it',
  },
  {
    folder: 'core/metrics',
    may: ['core/base', 'core/dataset', 'core/diffusion'],
    packages: ['zod', 'ml-matrix', 'umap-js'],
    why: 'measurements read images and labels, whichever network made them',
  },
  {
    folder: 'core',
    may: ['core'],
    packages: ['zod'],
    why: 'core is pure: no I/O, clock, Node, DOM, runtime or window, so that it runs and tests anywhere',
  },
  {
    folder: 'shared',
    may: ['core'],
    packages: ['zod', '@orpc/contract'],
    why: 'the contract crosses processes: plain data and schemas that the window, the service and the engine can all load',
  },
  {
    folder: 'files',
    may: ['core'],
    packages: ['node:*', 'fast-png', '@resvg/resvg-js', 'dejavu-fonts-ttf', 'zod'],
    why: 'file formats know the maths and Node, never runs, engines or windows',
  },
  {
    folder: 'engine',
    may: ['core', 'shared', 'files'],
    packages: ['node:*', 'onnxruntime-node', 'zod'],
    why: 'the engine is its own process and speaks to main by messages only',
  },
  {
    folder: 'preload',
    may: ['shared'],
    packages: ['electron'],
    why: 'preload forwards one port and nothing else',
  },
  {
    folder: 'renderer',
    may: ['core', 'shared'],
    packages: [
      'vue',
      'vue-router',
      '@vueuse/core',
      'element-plus',
      'element-plus/*',
      '@element-plus/icons-vue',
      'codemirror',
      '@codemirror/*',
      'echarts',
      'echarts/*',
      'zod',
      '@orpc/client',
      '@orpc/client/*',
      '@orpc/contract',
    ],
    why: 'the window runs sandboxed, in Electron and in a browser: it has no Node, no electron, and reaches main by the contract only',
  },
  {
    folder: 'main',
    may: ['core', 'shared', 'files', 'main'],
    packages: [
      'node:*',
      'better-sqlite3',
      'drizzle-orm',
      'drizzle-orm/*',
      'commander',
      'zod',
      'ws',
      '@orpc/server',
      '@orpc/server/*',
      '@zip.js/zip.js',
    ],
    why: 'main forks the engine as a process and never loads its code or onnxruntime, whose run() blocks the thread',
  },
];

/** Files that make windows: the only ones that may import electron. */
const ELECTRON_SHELL = ['main/index.ts', 'main/shell/'];

/** Tests may play the other side: a window's end of the contract. */
const TEST_PACKAGES = ['vitest', 'fast-check', 'node:*', '@orpc/client', '@orpc/client/*', '@orpc/contract'];

/** @type {import('eslint').Rule.RuleModule} */
export const layersRule = {
  meta: {
    type: 'problem',
    docs: { description: 'imports follow the layer table' },
    schema: [],
    messages: {
      layer: 'src/{{from}} may not import src/{{to}}: {{why}}.',
      package: 'src/{{from}} may not import "{{name}}": {{why}}.',
      electron:
        'Only {{shell}} may import electron: the service, the command line and the tests run without it.',
      extension:
        'Relative imports end in .ts (or .vue, .css, .mjs), since Node runs the sources as they are: got "{{name}}".',
    },
  },
  create(context) {
    const file = sourcePath(context.filename);
    if (file === null) return {};
    const layer = LAYERS.find((entry) => isIn(file, entry.folder));
    if (layer === undefined) return {};
    const isTest = /\.test\.ts$|\/testing\//.test(file);
    const allowed = layer.packages === 'any' ? null : [...layer.packages, ...(isTest ? TEST_PACKAGES : [])];

    function check(/** @type {any} */ source) {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const name = source.value;
      if (name.startsWith('.')) {
        if (!/\.(ts|vue|css|mjs|json)$/.test(name)) {
          return context.report({ node: source, messageId: 'extension', data: { name } });
        }
        const to = sourcePath(path.resolve(path.dirname(context.filename), name));
        // A test of one core folder may set up its case with another; no test reaches out of core.
        const may = isTest && layer.folder.startsWith('core/') ? ['core'] : layer.may;
        if (to === null || isIn(to, layer.folder) || may.some((folder) => isIn(to, folder))) return;
        return context.report({
          node: source,
          messageId: 'layer',
          data: { from: layer.folder, to, why: layer.why },
        });
      }
      if (name === 'electron' && layer.folder === 'main') {
        if (ELECTRON_SHELL.some((shell) => file.startsWith(shell))) return;
        const data = { shell: ELECTRON_SHELL.map((f) => `src/${f}`).join(' and ') };
        return context.report({ node: source, messageId: 'electron', data });
      }
      if (allowed === null || allowed.some((pattern) => matches(name, pattern))) return;
      context.report({
        node: source,
        messageId: 'package',
        data: { from: layer.folder, name, why: layer.why },
      });
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
    };
  },
};

/** Path under src/ with forward slashes, or null for a file elsewhere. */
function sourcePath(/** @type {string} */ filename) {
  const parts = filename.split(path.sep);
  const at = parts.lastIndexOf('src');
  return at === -1 ? null : parts.slice(at + 1).join('/');
}

function isIn(/** @type {string} */ file, /** @type {string} */ folder) {
  return file.startsWith(`${folder}/`);
}

function matches(/** @type {string} */ name, /** @type {string} */ pattern) {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
