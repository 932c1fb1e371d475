import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { NODE_PACKAGES, packagesImported } from './nodePackages.ts'
import { BUILT_IN, billOfMaterials, sumsOf } from './release.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const LEFT_BEHIND = /^(\.git|node_modules|dist|var|release|screenshots|test-results)$/
const NOBODY = 65_534
/** Whether an entry of `node_modules` can be shared with a copy of the checkout; caches (`.vite`) can't. */
const isShared = (name: string) => name === '.bin' || !name.startsWith('.')

/** Hashes of the files that `npm run build` makes in a copy of this checkout. */
async function sumsOfCopy(env: Record<string, string>, id?: number): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nearside-release-'))
  folders.push(folder)
  const filter = (path: string) => !LEFT_BEHIND.test(relative(ROOT, path))
  cpSync(ROOT, folder, { recursive: true, filter })
  // The copy gets its own `node_modules`, because the build writes into that folder.
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(join(ROOT, 'node_modules')).filter(isShared))
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  if (id !== undefined) await run('chown', ['-R', '-h', String(id), folder])
  chmodSync(folder, 0o755)
  const args = ['--import', 'tsx', 'scripts/build.ts']
  const user = id === undefined ? {} : { uid: id, gid: id }
  await run(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, ...user })
  return sumsOf(folder, ['dist'])
}

const run = promisify(execFile)

test('two builds by different users, in different folders and time zones, are equal to the bit', async () => {
  const isRoot = process.getuid?.() === 0
  const [ours, theirs] = await Promise.allSettled([
    sumsOfCopy({ TZ: 'UTC' }),
    sumsOfCopy({ TZ: 'Pacific/Auckland', LANG: 'de_DE.UTF-8' }, isRoot ? NOBODY : undefined),
  ])
  if (ours.status === 'rejected') throw ours.reason
  expect(ours.value.length).toBeGreaterThan(4000)
  expect(theirs).toEqual(ours)
}, 900_000)

const nameOf = ({ name }: { name: string }) => name

test('the bill of materials lists the packages in BUILT_IN with licences, and is reproducible', () => {
  const bill = billOfMaterials(ROOT, 'nearside', BUILT_IN)
  expect(billOfMaterials(ROOT, 'nearside', BUILT_IN)).toBe(bill)
  const { metadata, components, dependencies } = JSON.parse(bill)
  expect(metadata.component.name).toBe('nearside')
  expect(components.map(nameOf)).toEqual(expect.arrayContaining(BUILT_IN))
  expect(components.map(nameOf)).not.toContain('better-sqlite3')
  expect(dependencies).toHaveLength(components.length + 1)
  for (const { name, licenses } of components) expect(licenses, name).toHaveLength(1)
})

test('the servers’ bill of materials lists all installed packages, and no development package', () => {
  const bill = billOfMaterials(ROOT, 'nearside-server', ['better-sqlite3', 'hono'])
  const { components } = JSON.parse(bill)
  expect(components.map(nameOf)).toEqual(
    expect.arrayContaining(['better-sqlite3', 'hono', 'bindings']),
  )
  expect(components.map(nameOf)).not.toContain('vitest')
  expect(bill).not.toContain('cdx:npm:package:development')
})

test('BUILT_IN lists exactly the packages that the browser’s code imports', () => {
  const parts = ['core', 'engine', 'browser', 'ui', 'aggregate/privacy', 'aggregate/protocol']
  const shipped = /^(?!.*(?:^|\/)test[A-Z])(?!.*\.test\.).*\.tsx?$/
  const found = parts.flatMap((part) => packagesImported(join(ROOT, 'src', part), shipped))
  expect([...new Set(found)].filter((name) => name !== 'react').sort()).toEqual(BUILT_IN)
})

test('the release workflow runs existing scripts, and publishes the packed files', () => {
  const workflow = readFileSync(join(ROOT, '.github/workflows/release.yml'), 'utf8')
  const { scripts, name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const called = Array.from(workflow.matchAll(/npm run ([\w-]+)/g), ([, script]) => script)
  expect(called).toContain('release')
  for (const script of called) expect(Object.keys(scripts)).toContain(script)
  const filledIn = workflow.indexOf('npm pkg set "repository=github:$GITHUB_REPOSITORY"')
  expect(filledIn).toBeGreaterThan(0)
  expect(filledIn).toBeLessThan(workflow.indexOf('run: npm run release'))
  const published = Array.from(
    workflow.matchAll(/publish --provenance .*"\.\/release\/(.*)-\$\{/g),
    ([, packed]) => packed,
  )
  expect(published).toEqual([name, ...NODE_PACKAGES.map((one) => one.name)])
})
