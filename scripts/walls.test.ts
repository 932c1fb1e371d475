/**
 * @module Checks the architecture. A workspace imports only packages that its `package.json` names, and only lower
 * workspaces: those before it in the root's list. `INNER_WALLS` has further limits for some folders. Tests may also
 * import development dependencies of their workspace and of the root.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { pathInWorkspace } from './workspaces.ts'

const ROOT = join(import.meta.dirname, '..')

interface Manifest {
  readonly name: string
  readonly workspaces?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))

const ROOT_MANIFEST = manifestOf('.')
/** Workspaces, lowest first. */
const WORKSPACES = ROOT_MANIFEST.workspaces ?? []
const MANIFESTS = new Map(WORKSPACES.map((folder) => [folder, manifestOf(folder)]))

/**
 * [importer, imported, folders]: files that match `importer` may import files that match `imported` only from these
 * folders.
 */
const INNER_WALLS: readonly (readonly [RegExp, RegExp, readonly string[]])[] = [
  [/^src\/aggregate\/privacy\//, /^src\/aggregate\//, ['src/aggregate/privacy/']],
  [
    /^src\/(aggregate\/protocol|browser|ui|audit)\//,
    /^src\/aggregate\//,
    ['src/aggregate/privacy/', 'src/aggregate/protocol/'],
  ],
  [/^src\/aggregate\/(privacy|protocol)\//, /^src\/train\//, []],
  // Code of the interface must not import storage, worker or network.
  [
    /^src\/ui\//,
    /^src\/browser\/\w+\//,
    ['ledger', 'measure', 'page', 'vault'].map((it) => `src/browser/${it}/`),
  ],
]

/** Whether the file is one of the package's entry points, which the demo shop imports as any shop does. */
const isEntry = (path: string) => /^src\/[\w-]+\.tsx?$/.test(path)
const ENTRIES_MAY = ['core', 'browser', 'ui', 'aggregate']

const isTest = (path: string) => /\.test\.|(^|\/)test[A-Z][^/]*\.tsx?$/.test(path)
/** Code that runs only in a checkout, so it may import development dependencies. */
const isForDevelopment = (path: string) => /^research\/(lab|bench)\//.test(path) || isTest(path)

const workspaceOf = (path: string) => WORKSPACES.find((folder) => path.startsWith(`${folder}/`))

/** Matches import statements, calls, types, mocks, and the scripts of workers. */
const IMPORT =
  /\b(?:(?:from|import)\s*['"]|(?:import|vi\.mock|importActual(?:<[^(]*>)?)\(\s*['"`]|new URL\(\s*'(?=\.[^']+\.tsx?'))([.@\w][\w./@:?-]*)['"`]/g

const packageOf = (specifier: string) =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** @param path path from the root @returns imports that the manifests, `INNER_WALLS` and `ENTRIES_MAY` forbid */
function wrongImports(path: string, text: string): string[] {
  const workspace = workspaceOf(path)
  const own = workspace === undefined ? ROOT_MANIFEST : MANIFESTS.get(workspace)!
  const named = { ...own.dependencies, ...own.peerDependencies }
  if (isForDevelopment(path))
    Object.assign(named, own.devDependencies, ROOT_MANIFEST.devDependencies)
  return Array.from(text.matchAll(IMPORT), ([, to]) => to).flatMap((to) => {
    if (isBuiltin(to) || /^(nearside|https?:)/.test(to)) return []
    const target = to.startsWith('.') ? join(dirname(path), to) : pathInWorkspace(to)
    if (target === null)
      return Object.hasOwn(named, packageOf(to)) || workspace === undefined ? [] : [to]
    const wall = INNER_WALLS.find(([from, inside]) => from.test(path) && inside.test(target))
    if (wall && !isTest(path) && !wall[2].some((folder) => target.startsWith(folder)))
      return [target]
    if (to.startsWith('.')) {
      if (workspaceOf(target) === workspace) return []
      const isOpen = isEntry(target) && (workspace === 'src/storefront' || isForDevelopment(path))
      // Data, scripts and the package's entry points belong to no workspace.
      const isOutside =
        workspaceOf(target) === undefined && (isTest(path) || !/^src\//.test(target))
      return isOpen || isOutside ? [] : [target]
    }
    if (isEntry(path)) return ENTRIES_MAY.includes(to.split('/')[1]) ? [] : [target]
    return Object.hasOwn(named, packageOf(to)) ? [] : [target]
  })
}

function codeIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

const CODE = [...codeIn('src'), ...codeIn('research')]
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('files import only packages that their workspace names, and only files that `INNER_WALLS` allows', () => {
  expect(CODE).toContain('src/index.ts')
  const wrong = CODE.flatMap((path) =>
    wrongImports(path, textOf(path)).map((to) => `${path} → ${to}`),
  )
  expect(wrong).toEqual([])
})

test('a workspace depends only on lower workspaces', () => {
  const floors = WORKSPACES.map((folder) => MANIFESTS.get(folder)!.name)
  for (const [floor, folder] of WORKSPACES.entries())
    for (const name of Object.keys(MANIFESTS.get(folder)!.dependencies ?? {}))
      if (name.startsWith('@nearside/'))
        expect(floors.slice(0, floor), `${folder} needs ${name}`).toContain(name)
})

test('a workspace imports each package that it names', () => {
  for (const [folder, { dependencies = {}, devDependencies = {} }] of MANIFESTS) {
    const code = CODE.filter((path) => path.startsWith(`${folder}/`))
      .map(textOf)
      .join('\n')
    const imported = new Set(Array.from(code.matchAll(IMPORT), ([, to]) => packageOf(to)))
    const idle = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !imported.has(name),
    )
    // commander and zod are peer dependencies of imported packages, so no file has to import them.
    expect(
      idle.filter((name) => !['commander', 'zod'].includes(name)),
      folder,
    ).toEqual([])
  }
})

test.each([
  ["import { a } from '%'", 'src/core/a/b.ts', '@nearside/engine/x.ts', 'src/engine/x.ts'],
  ["import {\n  a,\n} from '%'", 'src/engine/b.ts', '../browser/x.ts', 'src/browser/x.ts'],
  ["import '%'", 'src/aggregate/protocol/b.ts', '../server/x.ts', 'src/aggregate/server/x.ts'],
  ["export * from '%'", 'src/browser/b.ts', '@nearside/ui/x.ts', 'src/ui/x.ts'],
  [
    "import type { A } from '%'",
    'src/ui/react/b.tsx',
    '@nearside/browser/worker/x.ts',
    'src/browser/worker/x.ts',
  ],
  [
    "import a from '%'",
    'src/browser/page/b.ts',
    '@nearside/aggregate/server/x.ts',
    'src/aggregate/server/x.ts',
  ],
  ["const a = await import('%')", 'src/train/b.ts', '@nearside/evaluate/x.ts', 'src/evaluate/x.ts'],
  ["type A = import('%').A", 'src/evaluate/b.ts', '@nearside/browser/x.ts', 'src/browser/x.ts'],
  ['await import(`%`)', 'src/train/b.ts', '../../research/x.ts', 'research/x.ts'],
  [
    "new Worker(new URL('%', import.meta.url))",
    'src/storefront/b.ts',
    '../browser/x.ts',
    'src/browser/x.ts',
  ],
  ["import a from '%'", 'src/core/a.test.ts', '../train/x.ts', 'src/train/x.ts'],
  ["import a from '%'", 'src/index.ts', '@nearside/train/x.ts', 'src/train/x.ts'],
  ["import a from '%'", 'src/browser/a.ts', 'zod', 'zod'],
  ["import a from '%'", 'src/core/a.test.ts', 'better-sqlite3', 'better-sqlite3'],
])('a wrong import is found: %s in %s of %s', (statement, path, to, found) => {
  expect(wrongImports(path, statement.replace('%', to))).toEqual([found])
})
