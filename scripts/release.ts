/**
 * @module What lets anybody check a release against its source: `npm run release` builds all, packs, and
 * writes into the git-ignored folder `release/` the package, `SHA256SUMS` of it and of every built file, and
 * `sbom.cdx.json`, the libraries that run in the browser and on the servers (CycloneDX 1.5).
 * In a checkout of the same version, `npm ci && npm run build && sha256sum --check release/SHA256SUMS`.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Lines as `sha256sum` writes them, by path, for every file of these folders. */
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

interface Component {
  readonly 'bom-ref': string
  readonly properties: readonly { readonly name: string }[]
}

/**
 * As npm makes it of the lock file, without what only development needs (npm's own `--omit dev` also drops
 * some that run) and without what differs from one run or folder to the next.
 */
export function billOfMaterials(root: string): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const bill = JSON.parse(npm(root, args))
  delete bill.serialNumber
  delete bill.metadata.timestamp
  bill.metadata.component.name = 'nearside'
  const isForDevelopment = ({ properties }: Component) =>
    properties.some(({ name }) => name === 'cdx:npm:package:development')
  const left = new Set<string>(
    bill.components.filter(isForDevelopment).map((one: Component) => one['bom-ref']),
  )
  bill.components = bill.components.filter((one: Component) => !left.has(one['bom-ref']))
  bill.dependencies = bill.dependencies
    .filter(({ ref }: { ref: string }) => !left.has(ref))
    .map(({ ref, dependsOn }: { ref: string; dependsOn: readonly string[] }) => ({
      ref,
      dependsOn: dependsOn.filter((other) => !left.has(other)),
    }))
  return `${JSON.stringify(bill, null, 1)}\n`
}

function npm(root: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
}

function release(): void {
  const folder = join(ROOT, 'release')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  execFileSync('npm', ['run', '-s', 'build'], { cwd: ROOT, stdio: 'inherit' })
  writeFileSync(join(folder, 'sbom.cdx.json'), billOfMaterials(ROOT))
  npm(ROOT, ['pack', '--ignore-scripts', '--pack-destination', 'release'])
  const sums = sumsOf(ROOT, ['dist', 'release'])
  writeFileSync(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`)
  console.log(`release/SHA256SUMS: ${sums.length} files`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) release()
