/**
 * @module Tests the shop and its vault in Firefox and WebKit, if NEARSIDE_BROWSERS names them. A script in the page
 * makes the clicks.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { afterEach, expect, test, vi } from 'vitest'
import { closeVaultShops, openVaultShop } from '../e2e/vault.ts'
import { hashOf } from './integrity.ts'
import { closeWindow, namedBrowsers, openWindow } from './otherBrowsers.ts'

const SHOPPER = `
const until = async (find) => {
  for (;;) {
    const found = find()
    if (found) return found
    await new Promise((ready) => setTimeout(ready, 200))
  }
}
const main = () => document.querySelector('main')
addEventListener('DOMContentLoaded', async () => {
  // Until the shop's script handles clicks on links, a click would load another document.
  addEventListener('click', (event) => event.preventDefault())
  await until(() => document.querySelector('iframe'))
  await until(() => {
    if (location.pathname.startsWith('/product/')) return true
    main().querySelectorAll('a[href^="/product/"]')[3].click()
  })
  // The script stays on the page, because a view that ends at once counts as a misclick.
  await new Promise((ready) => setTimeout(ready, 6000))
  history.back()
  await until(() => location.pathname === '/' && /because you looked at/i.test(main().innerText))
  await fetch('/heard')
})
`

afterEach(closeVaultShops)

const browsers = namedBrowsers()

test.skipIf(browsers.length > 0)('NEARSIDE_BROWSERS accepts only firefox and webkit', () => {
  expect(() => namedBrowsers('opera')).toThrow('knows firefox and webkit')
})

for (const name of browsers)
  test(`${name}: the shop's vault works, and a click changes the list`, async () => {
    const root = testFolder()
    for (const part of ['index.html', 'assets', 'catalog'])
      cpSync(join('dist/demo', part), join(root, part), { recursive: true })
    const page = join(root, 'index.html')
    const script = `<script crossorigin src="/shopper.js" integrity="${hashOf(SHOPPER)}"></script>`
    const html = readFileSync(page, 'utf8')
    writeFileSync(page, html.replace('</head>', `${script}</head>`))
    writeFileSync(join(root, 'shopper.js'), SHOPPER)
    const { shop, asked, askedOfShop } = await openVaultShop(undefined, root)
    const window = openWindow(name, shop)
    try {
      await vi.waitFor(() => expect(askedOfShop).toContain('GET /heard'), {
        timeout: 170_000,
        interval: 500,
      })
    } finally {
      await closeWindow(window)
    }
    expect(asked).toContain('GET /vault.html')
  })
