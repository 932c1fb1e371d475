/** @module `nearside studio`: serves a local page on which the shop's rules are edited, previewed and measured. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { trustedProxies } from '@nearside/aggregate/server/clientAddress.ts'
import { clientAddress, listen } from '@nearside/aggregate/server/listen.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { ruleCosts } from '@nearside/evaluate/ruleCosts.ts'
import { readModel } from '@nearside/train/models/read.ts'
import { defineCommand } from '../command.ts'
import { HOLDOUT, MODEL, PORT, RULES, SHOP, untilAborted } from '../shared.ts'
import { readCatalogOf } from '../shopFiles.ts'
import { DAYS, KEY, openRulesSigner } from '../signing.ts'
import { createStudio } from '../studio/app.ts'
import { createLogin } from '../studio/login.ts'
import { openPreview } from '../studio/preview.ts'
import { readRulesFile, requireKey } from '../studio/rulesFile.ts'

const HOST = '127.0.0.1'
/** Only a proxy on this machine may say which client a request comes from. */
const isProxy = trustedProxies([HOST])

const syntax = new Command('studio')
  .summary('edit the shop’s rules on a local page that shows every list')
  .description(`Serves one page on this machine alone and prints its address, which contains a random token. The page
shows each list before and after your changes, for a new visitor or for a shopper who looked at products that you
choose, on any day. It measures on held-out shoppers what each rule costs. It saves the file of --rules (default:
rules.json), which nearside publish reads, signed by --key. Pictures are not shown, because the page asks no other server.

On the shop's server, give the address at which your TLS proxy serves the page. The proxy runs on the same machine and
passes Host and X-Forwarded-For on. The page then asks for the password in the environment variable
NEARSIDE_STUDIO_PASSWORD. A login ends after 30 minutes without use.`)
  .argument('[address]', 'address of the page on the shop’s server: https://studio.shop.example')
  .requiredOption(...SHOP)
  .requiredOption(...MODEL)
  .option(...RULES, 'rules.json')
  .option(...HOLDOUT)
  .option(...PORT)
  .option(...KEY)
  .option(...DAYS)

export const command = defineCommand(syntax, async (options, { print, signal }, address) => {
  const { shop, model: models, rules: file, holdout, port = 0 } = options
  const login = address === undefined ? undefined : await loginAt(address)
  const sign = await openRulesSigner(options)
  requireKey(file, (await readRulesFile(file)).content, sign)
  const page = await readPage(join(import.meta.dirname, '../../../dist/studio'))
  const given = await readCatalogOf(shop)
  const preview = await openPreview(models, given)
  const token = randomBytes(32).toString('base64url')
  let origin = address ?? ''
  const app = createStudio({
    ...{ file, page, preview, sign },
    access: login ?? token,
    origin: () => origin,
    catalog: Catalog.parse(given),
    model: await readModel(models),
    costs: (some, steps) =>
      ruleCosts(some, { shop, model: models, holdout, now: Date.now() }, steps),
    now: Date.now,
  })
  const server = await listen(app, HOST, port, isProxy)
  const own = `http://${HOST}:${server.port}`
  origin ||= own
  print(
    login
      ? `nearside studio: ${own} is ready for the proxy of ${origin} (Ctrl-C ends it)`
      : `nearside studio: open ${own}/#${token} (Ctrl-C ends it)`,
  )
  await untilAborted(signal)
  await server.stop()
  await preview.close()
  return { file, port: server.port }
})

/** Takes the password out of the environment, so that no process inherits it. */
function loginAt(origin: string) {
  const { NEARSIDE_STUDIO_PASSWORD: password = '' } = process.env
  delete process.env.NEARSIDE_STUDIO_PASSWORD
  return createLogin({ password, origin, addressOf: clientAddress(isProxy), now: Date.now })
}

/** @throws NearsideError `input-invalid` if the page isn't built */
async function readPage(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const files = names.filter((name) => /\.(html|css|js)$/.test(name))
  if (files.length === 0) throw invalidInput(`${folder} has no page: run npm run build first`)
  const read = files.map(async (name) => {
    const path = name === 'index.html' ? '/' : `/${name.replaceAll('\\', '/')}`
    return [path, new Uint8Array(await readFile(join(folder, name)))] as const
  })
  return new Map(await Promise.all(read))
}
