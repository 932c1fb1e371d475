/**
 * @module `npm run build`: the demo (`dist/demo`), the package's browser entries (`dist/lib`, with
 * types) and its command line (`dist/node`); `npm pack` makes the latter two only (`--package`).
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'
import { fillServiceWorker } from './offline.ts'
import { prerender } from './prerender.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** What the demo is made of; anything newer than its index.html makes it stale. */
const SOURCES = [
  ...['src', 'public', 'data', 'index.html', 'vite.config.ts', 'package-lock.json'],
  ...[
    'scripts/images.ts',
    'scripts/pictures',
    'scripts/demoCatalog',
    'scripts/prerender.ts',
    'scripts/offline.ts',
  ],
]

function newest(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

export function demoIsFresh(): boolean {
  const built = join(ROOT, 'dist/demo/index.html')
  if (!existsSync(built)) return false
  const at = statSync(built).mtimeMs
  return SOURCES.map((name) => join(ROOT, name)).every(
    (path) => !existsSync(path) || newest(path) <= at,
  )
}

/** What the package is made of. */
const PACKAGE_SOURCES = [
  ...['src', 'vite.lib.config.ts', 'tsconfig.json', 'tsconfig.lib.json'],
  ...['tsconfig.node.json', 'package.json', 'package-lock.json', 'scripts/build.ts'],
]

/** The last step of its build leaves the command line. */
function packageIsFresh(): boolean {
  const built = join(ROOT, 'dist/node/cli/main.js')
  if (!existsSync(built) || !existsSync(join(ROOT, 'dist/lib/index.d.ts'))) return false
  const at = statSync(built).mtimeMs
  return PACKAGE_SOURCES.every((name) => newest(join(ROOT, name)) <= at)
}

/**
 * In whatever mode the caller runs, what is built is for production: in another, its JSX would name this
 * folder. What runs afterwards has its own again; tests need React's `act`, which production lacks.
 */
export async function keepNodeEnv(work: () => Promise<void>): Promise<void> {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await work()
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}

export async function buildDemo(): Promise<void> {
  node('scripts/images.ts')
  const demo = join(ROOT, 'dist/demo')
  await keepNodeEnv(async () => {
    await build({ root: ROOT, logLevel: 'warn' })
    await prerender(ROOT, demo)
  })
  fillServiceWorker(demo)
}

async function buildPackage(): Promise<void> {
  rmSync(join(ROOT, 'dist/lib'), { recursive: true, force: true })
  rmSync(join(ROOT, 'dist/node'), { recursive: true, force: true })
  await keepNodeEnv(async () => {
    await build({ root: ROOT, configFile: join(ROOT, 'vite.lib.config.ts'), logLevel: 'warn' })
  })
  tsc('tsconfig.lib.json')
  dropStyleImports(join(ROOT, 'dist/lib'))
  tsc('tsconfig.node.json')
  const sql = 'train/import/sql'
  cpSync(join(ROOT, 'src', sql), join(ROOT, 'dist/node', sql), { recursive: true })
}

/** A shop loads `nearside/styles.css` itself; in the types, a style sheet's import leads nowhere. */
function dropStyleImports(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(directory, name)
    const text = readFileSync(file, 'utf8')
    const kept = text.replace(/^import '[^']+\.css';\n/gm, '')
    if (kept !== text) writeFileSync(file, kept)
  }
}

function node(script: string): void {
  execFileSync(process.execPath, ['--import', 'tsx', join(ROOT, script)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
}

function tsc(project: string): void {
  const bin = join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [bin, '-p', project], { cwd: ROOT, stdio: 'inherit' })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const packageOnly = process.argv.includes('--package')
  if (!packageOnly) await buildDemo()
  if (!packageOnly || !packageIsFresh()) await buildPackage()
}
