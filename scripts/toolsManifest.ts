/** @module Makes the manifest of `nearside-tools` from the checkout's own manifest and the imports of its files. */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

interface Manifest {
  readonly description: string
  readonly keywords: readonly string[]
  readonly version: string
  readonly license: string
  readonly engines: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly peerDependencies?: Record<string, string>
}

/** Optional packages: for a PostgreSQL store, and for the proof of egress. */
const OPTIONAL = { pg: '>=8.23.1 <9', 'playwright-core': '>=1.50' }

/** Imported only with a GPU adapter, which Node lacks. */
const NEVER_REACHED = /^@tensorflow\//

/** Names of the packages that files in a folder import, sorted, without Node's own. */
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
      if (!path.startsWith('.') && !isBuiltin(path))
        found.add(path.split('/', path.startsWith('@') ? 2 : 1).join('/'))
  }
  return [...found].sort()
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** Manifest of the tools built in `lib`, with the checkout's versions. */
export function toolsManifest(root: string, lib: string) {
  const { version, license, keywords, engines, devDependencies } = manifestOf(root)
  const imported = packagesImported(lib, /\.js$/).filter(
    (name) => !(name in OPTIONAL) && !NEVER_REACHED.test(name),
  )
  // Peer dependencies of the imported packages.
  const peers = imported.flatMap((name) =>
    Object.keys(manifestOf(join(root, 'node_modules', name)).peerDependencies ?? {}),
  )
  const names = [...new Set([...imported, ...peers])].sort()
  const optional = Object.keys(OPTIONAL).map((name) => [name, { optional: true }])
  return {
    name: 'nearside-tools',
    version,
    description: 'Nearside’s command line and servers: import, pretrain, evaluate, serve, audit',
    license,
    type: 'module',
    keywords,
    engines,
    bin: { nearside: 'lib/cli/main.js' },
    dependencies: Object.fromEntries(names.map((name) => [name, devDependencies[name]])),
    peerDependencies: OPTIONAL,
    peerDependenciesMeta: Object.fromEntries(optional),
  }
}
