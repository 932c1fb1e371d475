/** @module Packs and installs the packages as a shop would. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, report, run, WORK } from './tally.ts'

export const PICTURES = join(ROOT, 'public/catalog/images')

const NPM = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error']

/** Packs the packages as in a fresh checkout: without `dist`, `npm pack` builds them first. */
export function pack(): Readonly<Record<'shop' | 'tools' | 'server', string>> {
  for (const part of ['lib', 'nearside-tools', 'nearside-server'])
    rmSync(join(ROOT, 'dist', part), { recursive: true, force: true })
  rmSync(join(ROOT, 'docs/API.md'), { force: true })
  run('npm', ['run', '-s', 'pack'], ROOT)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const file = (name: string) => join(ROOT, `release/${name}-${version}.tgz`)
  const packed = {
    shop: file('nearside'),
    tools: file('nearside-tools'),
    server: file('nearside-server'),
  }
  for (const [name, path] of Object.entries(packed)) {
    const files = run('tar', ['tzf', path], ROOT).split('\n')
    const missing = files.includes('package/docs/API.md') ? '' : 'not in the package'
    report(name, 'brings docs/API.md, which is not committed', missing)
  }
  return packed
}

/** Copies the example and installs its dependencies; returns the folder. */
export function installOf(name: string): string {
  const folder = join(WORK, name)
  cpSync(join(ROOT, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|\.next)$/.test(path),
  })
  run('npm', ['ci', ...NPM], folder)
  return folder
}

/** Copies the example, installs the library and builds the shop. */
export function installShop(name: string, tarball: string): string {
  const folder = installOf(name)
  const before = modulesOf(folder)
  run('npm', ['install', ...NPM, tarball], folder)
  const added = modulesOf(folder).filter((module) => !before.includes(module))
  const others = added.join() === 'nearside' ? '' : added.join()
  report(name, 'installs this package and no other', others)
  for (const part of ['catalog', 'models'])
    cpSync(join(ROOT, 'public', part), join(folder, 'public', part), { recursive: true })
  run('npm', ['run', '-s', 'build'], folder)
  return folder
}

function modulesOf(folder: string): string[] {
  const modules = join(folder, 'node_modules')
  return existsSync(modules) ? readdirSync(modules).filter((name) => !name.startsWith('.')) : []
}

const folders = new Map<string, string>()

/** Installs a package for Node into an empty folder, once per package; returns the folder. */
export function installForNode(tarball: string): string {
  const known = folders.get(tarball)
  if (known) return known
  const folder = join(WORK, `node${folders.size}`)
  mkdirSync(folder)
  run('npm', ['init', '-y', '--loglevel=error'], folder)
  // Without install scripts, SQLite has no binary. None is needed, because no command in these tests opens a database.
  run('npm', ['install', ...NPM, tarball], folder)
  folders.set(tarball, folder)
  return folder
}

/** Publishes the demo's model and catalog and the built library by `nearside publish`; returns the folder. */
export function publishSite(tools: string, name: string, more: readonly string[] = []): string {
  const site = join(WORK, name)
  const given = {
    '--model': join(ROOT, 'public/models'),
    '--catalog': join(ROOT, 'public/catalog/catalog.json'),
    '--library': join(ROOT, 'dist/lib'),
    '--out': site,
  }
  const persist = more.includes('--consent') ? [] : ['--persist', 'always']
  const args = [...Object.entries(given).flat(), ...persist, ...more]
  run('npx', ['--no-install', 'nearside', 'publish', ...args], tools)
  return site
}
