/** @module What knip takes for an entry, and what it ignores. */
import type { KnipConfig } from 'knip'

/** Tests' own helpers count as tests. */
const PROJECT = ['**/*.{ts,tsx}!', '!**/test[A-Z]*.{ts,tsx}!']

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        // The entries of the published package.
        ...[
          'index',
          'react',
          'worker',
          'console',
          'adapters',
          'element',
          'element-search',
          'search',
        ],
        ...['measure', 'consent', 'devtools', 'react-search', 'german', 'vault', 'ssr', 'issuer'],
      ]
        .map((name) => `src/${name}.ts!`)
        .concat('scripts/*.ts', 'e2e/*.ts'),
      project: ['src/*.ts!', 'scripts/**/*.ts', 'e2e/**/*.ts'],
    },
    'src/*': { project: PROJECT },
    'src/browser': { entry: ['vault/{vaultDocument,lockedWorker}.ts!'], project: PROJECT },
    'src/audit': { entry: ['egress/inside.ts!'], project: PROJECT },
    'src/cli': {
      entry: ['{main,toolsMain,serverMain,create/main}.ts!', 'studio/page/main.tsx!'],
      project: PROJECT,
    },
    'src/storefront': {
      entry: ['main.tsx!', 'open.ts!', 'beforePaint.ts!', 'prerender.tsx!'],
      project: PROJECT,
    },
    research: {
      entry: ['bench/*.ts', 'bench/firstList/*.ts', 'lab/catalogWeights/teach.ts'],
      project: ['{simulate,attacks,selftest}/**/*.ts!', '{lab,bench}/**/*.ts'],
    },
  },
  // What a test alone imports may be exported; what nobody imports may not.
  ignoreExportsUsedInFile: process.argv.includes('--production'),
  ignoreDependencies: [
    '@tensorflow/tfjs',
    '@arethetypeswrong/cli',
    'publint',
    '@iconify-json/fluent-emoji-flat',
    '@fontsource-variable/figtree',
    '@fontsource-variable/fraunces',
    'react18',
    'react-dom18',
    // Its compiler runs as a program of its own (scripts/wat.ts).
    'wabt',
  ],
  ignoreBinaries: [
    'tsx',
    'script',
    'systemd-analyze',
    'unshare',
    'ip',
    'mount',
    'tcpdump',
    'openssl',
    'cc',
  ],
}

export default config
