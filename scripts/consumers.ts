/**
 * @module `npm run consumers`: tests the packages as customers install them. The script packs the packages and installs
 * the browser's package into a copy of each example shop. The script builds each shop, serves it under a strict
 * Content-Security-Policy and clicks through it in Chromium. The script installs the tools into an empty folder and
 * runs their commands, which publish and check a page without a bundler. The script also tests the pages that the
 * templates for Shopify make, and a WordPress and a Vendure shop that it starts. Screenshots go to
 * `screenshots/consumers/`.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drive, driveWithoutWorker, SHOPS, type Shop } from './consumers/examples.ts'
import { installForNode, installOf, installShop, pack } from './consumers/packages.ts'
import { closeBrowser } from './consumers/page.ts'
import {
  askServer,
  askTools,
  driveConsent,
  drivePublished,
  driveTagManager,
} from './consumers/published.ts'
import { serveFolder, serveNext } from './consumers/serving.ts'
import { driveShopify } from './consumers/shopify.ts'
import { ROOT, report, run, tally } from './consumers/tally.ts'
import { driveVendure } from './consumers/vendure.ts'
import { driveWooCommerce } from './consumers/woocommerce.ts'

const NAMES = [...SHOPS, 'tools', 'shopify', 'woocommerce', 'vendure'] as const

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`usage: npm run consumers -- [--only ${NAMES.join('|')}] [--json FILE]

--only NAME      this example only
--json FILE      writes the counts`)
  process.exit(0)
}
const chosen = NAMES.filter((name) => values.only === undefined || values.only === name)
if (chosen.length === 0) {
  console.error(`consumers: no example '${values.only}'; there are ${NAMES.join(', ')}`)
  process.exit(2)
}

if (!existsSync(join(ROOT, 'public/catalog/images')))
  run('node', ['--import', 'tsx', 'scripts/images.ts'], ROOT)
const { shop: tarball, tools, server } = pack()
for (const name of chosen) {
  const started = performance.now()
  try {
    if (name === 'tools') {
      askTools(installForNode(tools))
      askServer(installForNode(server))
      await drivePublished(installForNode(tools))
      await driveConsent(installForNode(tools))
      await driveTagManager(installForNode(tools))
    } else if (name === 'shopify') await driveShopify(installForNode(tools))
    else if (name === 'woocommerce') await driveWooCommerce(installForNode(tools))
    else if (name === 'vendure') await driveVendure(installForNode(tools), installOf(name))
    else await driveExample(name)
  } catch (error) {
    const problem = String(error instanceof Error ? error.message : error)
    report(name, 'is installed, built and served', problem)
  }
  console.log(`  ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
}
await closeBrowser()
if (values.json) writeFileSync(values.json, JSON.stringify(tally))
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1)

async function driveExample(name: Shop): Promise<void> {
  const folder = installShop(name, tarball)
  const address = await (name === 'next'
    ? serveNext(folder)
    : serveFolder(join(folder, name === 'html' ? 'public' : 'dist')))
  await drive(name, address)
  await driveWithoutWorker(name, address)
}
