/**
 * @module `npm run release`: builds and packs everything, so that anybody can check a release against its source. The
 * script writes to the git-ignored folder `release/`. The files are the packages, their bills of materials (CycloneDX
 * 1.5), the plugin for WooCommerce, and `SHA256SUMS` of every file. A bill of materials lists the code built into the
 * browser's files, or the dependencies of a package for Node. To check a release, run this in a checkout of the same
 * version: `npm ci && npm run build && sha256sum --check release/SHA256SUMS`.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { zipSync } from 'fflate'
import { manifestFor, NODE_PACKAGES } from './nodePackages.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Lines in the format of `sha256sum`, by path, for every file of these folders. */
export function sumsOf(root: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => statSync(join(root, path)).isFile())
    .sort()
    .map((path) => {
      const hash = createHash('sha256').update(readFileSync(join(root, path)))
      return `${hash.digest('hex')}  ${path}`
    })
}

/** Packages built into the browser's files, so that a shop need not install them. */
export const BUILT_IN = [
  ...['@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-core'],
  ...['idb', 'minisearch'],
]

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  properties: readonly { readonly name: string }[]
}

interface Edges {
  readonly ref: string
  readonly dependsOn: readonly string[]
}

/**
 * Bill of materials that npm makes from the lock file, reduced to the packages in `needs` and their dependencies. The
 * bill omits fields that differ between runs or folders. It also omits the mark "development", because all packages of
 * this checkout have this mark.
 */
export function billOfMaterials(root: string, name: string, needs: readonly string[]): string {
  const bill = JSON.parse(npm(root, ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']))
  delete bill.serialNumber
  delete bill.metadata.timestamp
  const self = bill.metadata.component
  self.name = name
  const edges = new Map(bill.dependencies.map((one: Edges) => [one.ref, one.dependsOn]))
  const components = bill.components as Component[]
  const ours = components.filter((one) => one['bom-ref'].startsWith('@nearside/'))
  const named = [self as Component, ...ours].flatMap((one) => edges.get(one['bom-ref']) as string[])
  const direct = components
    .filter((one) => needs.includes(one.name) && named.includes(one['bom-ref']))
    .map((one) => one['bom-ref'])
  const kept = new Set<string>(direct)
  for (const ref of kept) for (const next of (edges.get(ref) as string[]) ?? []) kept.add(next)
  const isDevelopment = (property: { name: string }) =>
    property.name === 'cdx:npm:package:development'
  bill.components = components
    .filter((one) => kept.has(one['bom-ref']))
    .map((one) => ({ ...one, properties: one.properties.filter((each) => !isDevelopment(each)) }))
  bill.dependencies = [
    { ref: self['bom-ref'], dependsOn: direct },
    ...bill.dependencies.filter(({ ref }: Edges) => kept.has(ref)),
  ]
  return `${JSON.stringify(bill, null, 1)}\n`
}

/** The plugin for WooCommerce as a zip, which is equal to the bit wherever it is made. */
export function pluginZip(root: string): Uint8Array {
  const name = 'nearside-recommendations'
  const folder = join(root, 'examples/woocommerce', name)
  const files = readdirSync(folder)
    .sort()
    .map((file) => [`${name}/${file}`, readFileSync(join(folder, file))] as const)
  return zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1) })
}

function npm(root: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
}

function release(): void {
  const folder = join(ROOT, 'release')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' })
  const needed = NODE_PACKAGES.map((one) => {
    const { dependencies } = manifestFor(one, ROOT, join(ROOT, 'dist', one.name, 'lib'))
    return [one.name, Object.keys(dependencies)] as const
  })
  for (const [name, needs] of [['nearside', BUILT_IN] as const, ...needed])
    writeFileSync(join(folder, `${name}.cdx.json`), billOfMaterials(ROOT, name, needs))
  npm(ROOT, ['run', '-s', 'pack'])
  writeFileSync(join(folder, 'nearside-recommendations.zip'), pluginZip(ROOT))
  const sums = sumsOf(ROOT, ['dist', 'release'])
  writeFileSync(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`)
  console.log(`release/SHA256SUMS: ${sums.length} files`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) release()
