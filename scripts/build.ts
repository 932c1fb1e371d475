/**
 * @module `npm run build`: builds the demo (`dist/demo`) with the vault and the studio’s page, the browser's package
 * (`dist/lib`, with types), and the packages for Node (`dist/nearside-tools`, `dist/nearside-server`,
 * `dist/create-nearside`). `npm pack` builds only the packages (`--package`).
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { API_FILE, writeApi } from './apiDocs.ts'
import { compileTo, manifestFor, NODE_PACKAGES, STUDIO } from './nodePackages.ts'
import { fillServiceWorker } from './offline.ts'
import { prerender } from './prerender.ts'
import { makeTypesWhole } from './workspaces.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Sources of the demo; the build is stale if any of them is newer than its index.html. */
const SOURCES = [
  ...['src', 'public', 'data', 'index.html', 'vite.config.ts', 'package-lock.json'],
  ...['vault.html', 'vite.vault.config.ts'],
  ...[
    'scripts/images.ts',
    'scripts/pictures',
    'scripts/demoCatalog',
    'scripts/prerender.ts',
    'scripts/offline.ts',
    'scripts/integrity.ts',
  ],
]

function newest(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

export function demoIsFresh(): boolean {
  const built = join(ROOT, 'dist/demo/index.html')
  if (!existsSync(built) || !existsSync(join(ROOT, STUDIO))) return false
  const at = statSync(built).mtimeMs
  return SOURCES.map((name) => join(ROOT, name)).every(
    (path) => !existsSync(path) || newest(path) <= at,
  )
}

const PACKAGE_SOURCES = [
  ...['src', 'vite.lib.config.ts', 'tsconfig.json', 'tsconfig.lib.json'],
  'research',
  ...['vault.html', 'vite.vault.config.ts'],
  ...[
    'package.json',
    'package-lock.json',
    'scripts/build.ts',
    'scripts/nodePackages.ts',
    'scripts/workspaces.ts',
  ],
  ...['scripts/apiDocs.ts', 'scripts/declarations.ts'],
  // The studio's page is left out, because the build itself makes it from `src`.
  ...new Set(NODE_PACKAGES.flatMap(({ files }) => files).filter((path) => path !== STUDIO)),
]

/** Compares the sources' times with the manifest of the last of NODE_PACKAGES, the file that a build writes last. */
function packagesAreFresh(): boolean {
  const built = join(ROOT, 'dist', NODE_PACKAGES[NODE_PACKAGES.length - 1].name, 'package.json')
  const needed = [built, join(ROOT, STUDIO), join(ROOT, 'dist/lib/index.d.ts'), API_FILE]
  if (!needed.every((path) => existsSync(path))) return false
  const at = statSync(built).mtimeMs
  return PACKAGE_SOURCES.every((name) => newest(join(ROOT, name)) <= at)
}

/**
 * Runs `work` with NODE_ENV=production, because in other modes the compiled JSX would contain this folder's path. The
 * function then restores the caller's value, because tests need React's `act`, which production lacks.
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
    await buildVault()
    await buildStudio()
    await prerender(ROOT, demo)
  })
  fillServiceWorker(demo)
}

async function buildVault(): Promise<void> {
  await build({ root: ROOT, configFile: join(ROOT, 'vite.vault.config.ts'), logLevel: 'warn' })
}

/** Builds the page of `nearside studio`, which the package `nearside-tools` contains. */
async function buildStudio(): Promise<void> {
  await build({
    root: join(ROOT, 'src/cli/studio/page'),
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [react()],
    build: {
      ...{ outDir: join(ROOT, STUDIO), emptyOutDir: true, target: 'es2023' },
      modulePreload: false,
    },
  })
}

async function buildPackages(): Promise<void> {
  for (const part of ['lib', ...NODE_PACKAGES.map(({ name }) => name)])
    rmSync(join(ROOT, 'dist', part), { recursive: true, force: true })
  await keepNodeEnv(async () => {
    await build({ root: ROOT, configFile: join(ROOT, 'vite.lib.config.ts'), logLevel: 'warn' })
    await buildForServers()
    await buildSearchElement()
    await buildVault()
    await buildStudio()
  })
  tsc('tsconfig.lib.json')
  makeTypesWhole(join(ROOT, 'dist/lib'))
  writeApi(join(ROOT, 'dist/lib'))
  await buildForNode()
}

/** Builds the entries for servers apart from those for browsers, else Vite would move shared code into chunks. */
async function buildForServers(): Promise<void> {
  for (const ssr of ['src/ssr.ts', 'src/issuer.ts'])
    await build({
      root: ROOT,
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      ssr: { noExternal: true },
      build: { ssr, outDir: 'dist/lib', emptyOutDir: false, target: 'es2023' },
    })
}

/** Builds `<nearside-search>` separately: else Vite splits four other files, which grow by a twelfth. */
async function buildSearchElement(): Promise<void> {
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      lib: { entry: { 'element-search': 'src/element-search.ts' }, formats: ['es'] },
      rolldownOptions: {
        // Code that the element shares with its lazily loaded chunk stays in the element's file.
        preserveEntrySignatures: 'allow-extension',
        output: { minify: true, chunkFileNames: 'chunks/element-[name]-[hash].js' },
      },
      ...{ outDir: 'dist/lib', emptyOutDir: false, target: 'es2023' },
    },
  })
}

async function buildForNode(): Promise<void> {
  for (const one of NODE_PACKAGES) {
    const folder = join(ROOT, 'dist', one.name)
    const lib = join(folder, 'lib')
    await compileTo(lib, ROOT, one.entry)
    for (const sql of ['train/import/sql', 'train/warehouse/sql'])
      if (existsSync(join(lib, dirname(sql))))
        cpSync(join(ROOT, 'src', sql), join(lib, sql), { recursive: true })
    for (const path of one.files)
      cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: isSource })
    const manifest = manifestFor(one, ROOT, lib)
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  }
}

/** Whether a file is a source; false if an example's build or installation made it. */
const isSource = (path: string) =>
  !/\/examples\/[^/]+\/(node_modules|dist|\.next|package-lock\.json|public\/(catalog|models|nearside))$/.test(
    path,
  )

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
  if (!packageOnly || !packagesAreFresh()) await buildPackages()
}
