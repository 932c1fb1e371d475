/**
 * @module Builds the packages for Node: `nearside-tools`, `nearside-server` and `create-nearside`. The script compiles,
 * file by file, all modules that a command-line entry imports, and makes each package's manifest from these modules'
 * imports.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'oxc-parser'
import { transformWithOxc } from 'vite'
import { pathInWorkspace } from './workspaces.ts'

interface Manifest {
  readonly description: string
  readonly keywords: readonly string[]
  readonly version: string
  readonly license: string
  /** Address of the repository; absent until the release workflow fills it in. */
  readonly repository?: string
  readonly engines: Record<string, string>
  readonly workspaces: readonly string[]
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

interface NodePackage {
  readonly name: string
  readonly description: string
  /** Name of the command. */
  readonly bin: string
  /** Path of the source file in the checkout. */
  readonly entry: string
  /** Packages that only some commands need → the versions that work. */
  readonly optional: Readonly<Record<string, string>>
  /** Files and folders that the package copies from the checkout. */
  readonly files: readonly string[]
}

/** Examples that `create-nearside` copies. */
const EXAMPLES = ['vite-react', 'vue', 'next', 'html']
const DOCUMENTS = [
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'],
  ...['docs', 'data/word-vectors', 'tools/verify.py'],
]

/** The built page of `nearside studio`; the command finds it at the same path in a package and in the repository. */
export const STUDIO = 'dist/studio'

export const NODE_PACKAGES: readonly NodePackage[] = [
  {
    name: 'nearside-tools',
    description:
      'Nearside’s command line: import, pretrain, evaluate, studio, publish, audit, simulate',
    bin: 'nearside',
    entry: 'src/cli/toolsMain.ts',
    // `sql` needs a translator; `prove-egress` needs Playwright; the stores of simulated servers need SQLite or
    // PostgreSQL.
    optional: {
      '@polyglot-sql/sdk': '>=0.12.1 <0.13',
      'better-sqlite3': '>=12 <13',
      pg: '>=8.23.1 <9',
      'playwright-core': '>=1.50',
    },
    files: [...DOCUMENTS, STUDIO],
  },
  {
    name: 'nearside-server',
    description: 'Nearside’s leader, helper and relay',
    bin: 'nearside-server',
    entry: 'src/cli/serverMain.ts',
    // A store on PostgreSQL needs PostgreSQL's driver.
    optional: { pg: '>=8.23.1 <9' },
    files: DOCUMENTS,
  },
  {
    name: 'create-nearside',
    description:
      'npm create nearside: a shop’s project with Nearside, for Vite, Vue, Next.js or HTML',
    bin: 'create-nearside',
    entry: 'src/cli/create/main.ts',
    optional: {},
    files: ['README.md', 'LICENSE', ...EXAMPLES.map((name) => `examples/${name}`)],
  },
]

/** Packages that no command reaches: they are imported only with a GPU adapter, which Node lacks. */
const NEVER_REACHED = /^@tensorflow\//

/** Matches import specifiers of this project's files, and paths of scripts of workers and child processes. */
const OWN_FILE = /(['"`])((?:\.{1,2}|@nearside)\/[\w./@-]+)\.ts\1/g

/** Matches imports of JSON files. The build turns these files into modules, because Node 20 warns of JSON imports. */
const JSON_FILE = /(['"])(\.{1,2}\/[\w./-]+\.json)\1\s*with\s*\{\s*type:\s*['"]json['"]\s*\}/g

/** Path in the checkout → path in the package's `lib`. */
const placeOf = (path: string) => path.replace(/^src\//, '').replace(/\.ts$/, '.js')

/** Compiles `entry` and all project files that `entry` imports into `lib`. */
export async function compileTo(lib: string, root: string, entry: string): Promise<void> {
  const paths = new Set([entry])
  for (const path of paths) {
    const { code } = await transformWithOxc(readFileSync(join(root, path), 'utf8'), path, {
      sourcemap: false,
    })
    const compiled = code.replace(OWN_FILE, (literal, quote: string, specifier: string) => {
      const found = specifier.startsWith('.')
        ? join(dirname(path), `${specifier}.ts`)
        : pathInWorkspace(`${specifier}.ts`)
      if (!found) return literal
      paths.add(found)
      const to = relative(dirname(placeOf(path)), placeOf(found))
      return `${quote}${to.startsWith('.') ? to : `./${to}`}${quote}`
    })
    const file = join(lib, placeOf(path))
    mkdirSync(dirname(file), { recursive: true })
    const whole = compiled.replace(JSON_FILE, (_, quote: string, specifier: string) => {
      const text = readFileSync(join(root, dirname(path), specifier), 'utf8')
      writeFileSync(join(dirname(file), `${specifier}.js`), `export default ${text}`)
      return `${quote}${specifier}.js${quote}`
    })
    writeFileSync(file, whole)
  }
  chmodSync(join(lib, placeOf(entry)), 0o755)
}

/** Sorted names of the packages that files in a folder import, without Node's own modules and this project's files. */
export function packagesImported(folder: string, extensions: RegExp): string[] {
  const found = new Set<string>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!extensions.test(name)) continue
    const { module } = parseSync(name, readFileSync(join(folder, name), 'utf8'))
    const exported = module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    )
    const imported = module.staticImports.map(({ moduleRequest }) => moduleRequest.value)
    for (const path of [...imported, ...exported])
      if (!/^(\.|@nearside\/)/.test(path) && !isBuiltin(path))
        found.add(path.split('/', path.startsWith('@') ? 2 : 1).join('/'))
  }
  return [...found].sort()
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Manifest of a package with its files in `lib`. Versions of dependencies are those in the workspaces' manifests. */
export function manifestFor(one: NodePackage, root: string, lib: string) {
  const { version, license, repository, keywords, engines, workspaces } = manifestOf(root)
  const versions: Record<string, string> = Object.assign(
    {},
    ...workspaces.map((workspace) => manifestOf(join(root, workspace)).dependencies),
  )
  const imported = packagesImported(lib, /\.js$/).filter(
    (name) => !(name in one.optional) && !NEVER_REACHED.test(name),
  )
  // The manifest also lists the peer dependencies of the imported packages.
  const peers = imported.flatMap((name) =>
    Object.keys(manifestOf(join(root, 'node_modules', name)).peerDependencies ?? {}),
  )
  const names = [...new Set([...imported, ...peers])].sort()
  const optional = Object.keys(one.optional).map((name) => [name, { optional: true }])
  return {
    name: one.name,
    version,
    description: one.description,
    license,
    repository,
    type: 'module',
    keywords,
    engines,
    bin: { [one.bin]: `lib/${placeOf(one.entry)}` },
    dependencies: Object.fromEntries(names.map((name) => [name, versions[name]])),
    peerDependencies: one.optional,
    peerDependenciesMeta: Object.fromEntries(optional),
  }
}
