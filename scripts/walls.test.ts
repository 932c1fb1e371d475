/**
 * @module Checks the architecture: which folders each folder of `src` may import. No import goes up. Tests may import
 * everything but the lab.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'

const SRC = join(import.meta.dirname, '../src')

/** Folder → folders it may import besides itself, lower layers first. `*`: files directly in a folder. */
const WALLS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engine: ['core'],
  models: ['core'],
  'aggregate/privacy': ['core'],
  'aggregate/protocol': ['core', 'aggregate/privacy'],
  device: ['core', 'engine', 'aggregate/privacy', 'aggregate/protocol'],
  sdk: ['core', 'device'],
  ui: ['core', 'device/*', 'device/ledger', 'sdk'],
  train: ['core', 'engine', 'models'],
  'aggregate/server': ['core', 'models', 'aggregate/privacy', 'aggregate/protocol', 'train'],
  evaluate: ['core', 'engine', 'models', 'train'],
  audit: ['core', 'aggregate/privacy', 'aggregate/protocol', 'device'],
  deploy: ['core', 'models', 'aggregate/protocol', 'device', 'sdk'],
  simulate: ['core', 'models', 'aggregate', 'device', 'train', 'evaluate'],
  cli: [
    'core',
    'models',
    'aggregate',
    'train',
    'evaluate',
    'audit',
    'deploy',
    'simulate',
    '../bench',
  ],
  // The package's entries; the demo shop uses them like any shop.
  '*': ['core', 'device', 'sdk', 'ui', 'aggregate/server'],
  storefront: ['*', '../data'],
}

/** Matches import statements, calls, types, and the scripts of workers. */
const IMPORT =
  /\b(?:from|import|require|glob)\s*\(?\s*(['"`])(\.[^'"`\n]+)\1|\bnew URL\(\s*'(\.[^']+\.tsx?)'/g

const isTest = (path: string) => /\.test\.|(^|\/)test[^/]*\.ts$/.test(path)

const isIn = (folder: string, path: string) =>
  folder.endsWith('*') ? dirname(path) === dirname(folder) : path.startsWith(`${folder}/`)

/** @param path path below `src`, like the returned paths */
function wrongImports(path: string, text: string): string[] {
  const [folder, allowed] = Object.entries(WALLS).find(([one]) => isIn(one, path)) ?? [path, []]
  const isWrong = (to: string) =>
    isTest(path) ? isIn('../lab', to) : ![folder, ...allowed].some((one) => isIn(one, to))
  return Array.from(text.matchAll(IMPORT), ([, , to, worker]) =>
    join(dirname(path), to ?? worker),
  ).filter(isWrong)
}

const fileIn = (folder: string) => `${folder.replace(/\/?\*$/, '') || '.'}/some.ts`

test('no file imports what its folder may not', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  expect(files).toContain('index.ts')
  const wrong = files
    .filter((path) => /\.tsx?$/.test(path))
    .flatMap((path) =>
      wrongImports(path, readFileSync(join(SRC, path), 'utf8')).map((to) => `${path} → ${to}`),
    )
  expect(wrong).toEqual([])
})

test('a folder may import lower floors only', () => {
  const floors = Object.keys(WALLS)
  for (const [floor, allowed] of Object.values(WALLS).entries())
    for (const one of allowed.filter((path) => !path.startsWith('..'))) {
      const reached = floors.filter((name) => isIn(name, fileIn(one)) || isIn(one, fileIn(name)))
      expect(reached).not.toEqual([])
      for (const name of reached) expect(floors.indexOf(name)).toBeLessThan(floor)
    }
})

test.each([
  ["import { a } from '%'", 'core/a/b.ts', '../../engine/x.ts', 'engine/x.ts'],
  ["import {\n  a,\n} from '%'", 'engine/b.ts', '../device/x.ts', 'device/x.ts'],
  ["import '%'", 'aggregate/protocol/b.ts', '../server/x.ts', 'aggregate/server/x.ts'],
  ["export * from '%'", 'sdk/b.ts', '../ui/x.ts', 'ui/x.ts'],
  [
    "import type { A } from '%'",
    'ui/react/b.tsx',
    '../../device/worker/x.ts',
    'device/worker/x.ts',
  ],
  ["const a = await import('%')", 'train/b.ts', '../evaluate/x.ts', 'evaluate/x.ts'],
  ["type A = import('%').A", 'evaluate/b.ts', '../device/x.ts', 'device/x.ts'],
  ['await import(`%`)', 'cli/b.ts', '../device/x.ts', 'device/x.ts'],
  ["new Worker(new URL('%', import.meta.url))", 'storefront/b.ts', '../sdk/x.ts', 'sdk/x.ts'],
  ["import a from '%'", 'core/a.test.ts', '../../lab/x.ts', '../lab/x.ts'],
  ["import a from '%'", 'index.ts', './train/x.ts', 'train/x.ts'],
  ["import a from '%'", 'newRoom/a.ts', '../core/x.ts', 'core/x.ts'],
])('%s in %s of %s is found', (statement, path, to, found) => {
  expect(wrongImports(path, statement.replace('%', to))).toEqual([found])
})
