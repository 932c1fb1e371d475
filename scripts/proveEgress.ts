/**
 * @module `npm run prove-egress`: runs `nearside prove-egress` on the demo, with the headers of `npm start` and marks
 * (texts that must not leave the device) in the catalog. Aggregators are configured but don't run, because nobody
 * consents to contribute. `--embedded` runs the demo without a vault; its simulated shoppers then allow AI agents.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeMarks } from '@nearside/audit/egress/marks.ts'
import { command } from '@nearside/cli/commands/proveEgress.ts'
import { runProcess } from '@nearside/cli/program.ts'
import { buildDemo, demoIsFresh } from './build.ts'
import { requireChromium } from './chromium.ts'
import { createStaticServer } from './static.ts'
import { createVaultServer } from './vaultServer.ts'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const MARKED = 200
const isEmbedded = process.argv.includes('--embedded')
const IMAGE = '/catalog/images/cactus-green.svg'

if (!demoIsFresh()) await buildDemo()
const folder = mkdtempSync(join(tmpdir(), 'nearside-marked-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const root = join(folder, 'demo')
cpSync(join(ROOT, 'dist/demo'), root, { recursive: true })
const marks = makeMarks(MARKED, Math.random, Date.now())
const catalog = join(root, 'catalog/catalog.json')
const products = marks.ids.map((id, at) => {
  const [price, title] = [marks.prices[at], `Lamp ${marks.titles[at]}`]
  const category = 'Candles & Fragrance'
  return JSON.stringify({ id, title, category, price, currency: 'GBP', image: IMAGE })
})
writeFileSync(
  catalog,
  `${[readFileSync(catalog, 'utf8').replace(/\n\]\n$/, ''), ...products].join(',\n')}\n]\n`,
)

const live = {
  catalog: createHash('sha256').update(readFileSync(catalog)).digest('hex'),
  time: new Date().toISOString(),
  ...{ minutes: 5, changed: [], gone: [], added: [] },
}
writeFileSync(join(root, 'catalog/live.json'), JSON.stringify(live))

/** Files that every shopper requests, unlike pages of products and departments, whose requests tell what is viewed. */
const declared = (readdirSync(root, { recursive: true }) as string[])
  .map((path) => `/${path}`)
  .filter((path) => /\.\w+$/.test(path) && !/^\/(product|category|catalog\/images)\//.test(path))
  .concat(
    (readdirSync(join(ROOT, 'dist/vault'), { recursive: true }) as string[]).map(
      (path) => `/${path}`,
    ),
  )

// The vault has its own host name and port, as in a real shop.
const doors = [createServer(), createServer()]
const ports: number[] = []
for (const door of doors) {
  await new Promise<void>((resolve) => door.listen(0, 'localhost', resolve))
  ports.push((door.address() as AddressInfo).port)
}
const [shop, vault] = [`http://localhost:${ports[0]}`, `http://vault.localhost:${ports[1]}`]
// A placeholder key is enough, because no browser contacts an aggregator.
const key = `${'A'.repeat(43)}=`
const elsewhere = {
  ...{ leader: 'http://127.0.0.1:8791', leaderOperator: 'Leader', leaderKey: key },
  ...{ helper: 'http://127.0.0.1:8792', helperOperator: 'Helper', helperKey: key },
}
const ends = [
  createStaticServer({
    root,
    models: join(ROOT, 'public/models'),
    federation: elsewhere,
    persist: 'always',
    live: '/catalog/live.json',
    vault: isEmbedded ? undefined : `${vault}/vault.html`,
  }),
  createVaultServer({
    root: join(ROOT, 'dist/vault'),
    shops: [shop],
    outside: [shop, elsewhere.leader, elsewhere.helper],
    recipients: elsewhere,
  }),
]
for (const [at, door] of doors.entries())
  door.on('request', (asked, answer) => ends[at].emit('request', asked, answer))
process.env.NEARSIDE_CHROMIUM = requireChromium()
process.exitCode = await runProcess(
  'nearside',
  [command],
  [
    ...['prove-egress', `${shop}/`, ...(isEmbedded ? [] : ['--vault', `${vault}/`])],
    ...['--script', join(ROOT, 'scripts/egressShopper.ts')],
    ...['--declare', file('declared.txt', ['/', '/federation.json', ...declared].join('\n'))],
    ...['--marks', file('marks.json', JSON.stringify(marks))],
    ...process.argv.slice(2).filter((word) => word !== '--embedded'),
  ],
)
for (const door of doors) {
  door.close()
  door.closeAllConnections()
}
