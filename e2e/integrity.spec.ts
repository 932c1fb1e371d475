/** @module Tests that the browser runs only scripts whose hashes the built document names. */
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from 'playwright/test'
import { withoutImportMap } from '../scripts/integrity.ts'
import { createStaticServer } from '../scripts/static.ts'
import { openShop } from './shop.ts'
import { listen } from './vault.ts'

let folder = ''
let server: Server | null = null
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nearside-integrity-'))
  const filter = (path: string) => !/^dist\/demo\/(product|category|catalog\/images)\b/.test(path)
  cpSync('dist/demo', folder, { recursive: true, filter })
})
test.afterEach(() => {
  server?.close()
  server?.closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

function serve(): Promise<string> {
  server = createStaticServer({
    root: folder,
    models: 'public/models',
    federation: null,
    persist: 'always',
  })
  return listen(server)
}

const documents = () => ['index.html', 'shell.html'].map((name) => join(folder, name))

/** Tries each script of the document. @returns by script, whether it runs */
async function tryAll(page: Page): Promise<Record<string, string>> {
  const html = readFileSync('dist/demo/index.html', 'utf8')
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(html) ?? []
  const names = Object.keys(JSON.parse(map).integrity)
  expect(names.length).toBeGreaterThan(15)
  return page.evaluate(async (names) => {
    const tried = names.map(async (name) => {
      const ran = await import(name).then(
        () => 'runs',
        () => 'refused',
      )
      return [name, ran]
    })
    return Object.fromEntries(await Promise.all(tried))
  }, names)
}

test('every script whose file is unchanged runs', async ({ page }) => {
  await openShop(page, `${await serve()}/`)
  expect(new Set(Object.values(await tryAll(page)))).toEqual(new Set(['runs']))
})

test('no script runs if one byte was added to its file', async ({ page }) => {
  for (const name of readdirSync(join(folder, 'assets')))
    if (name.endsWith('.js')) appendFileSync(join(folder, 'assets', name), '\n')
  await page.goto(`${await serve()}/`)
  expect(new Set(Object.values(await tryAll(page)))).toEqual(new Set(['refused']))
  expect(page.workers()).toEqual([])
})

test('if the document names no hashes, the policy refuses every script', async ({ page }) => {
  const shop = await serve()
  for (const file of documents()) {
    const html = withoutImportMap(readFileSync(file, 'utf8'))
    writeFileSync(file, html.replaceAll(/ integrity="[^"]*"/g, ''))
  }
  await page.goto(`${shop}/`)
  expect(new Set(Object.values(await tryAll(page)))).toEqual(new Set(['refused']))
  expect(page.workers()).toEqual([])
})

test('every document names the hashes of its scripts', () => {
  for (const file of documents()) {
    const html = readFileSync(file, 'utf8')
    const tags = html.match(/<(script|link)\b[^>]*(src|href)="\/assets\/[^>]*>/g) ?? []
    expect(tags.length).toBeGreaterThan(8)
    expect(tags.filter((tag) => !/ integrity="sha256-/.test(tag))).toEqual([])
    expect(html).toContain('<script type="importmap">')
  }
  const vault = readFileSync('dist/vault/vault.html', 'utf8')
  expect(vault.match(/<script[^>]*>/g)).toEqual([expect.stringContaining('integrity="sha256-')])
})
