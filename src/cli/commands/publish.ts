/** @module `nearside publish`: writes a folder for any web server, and the snippet for the shop's pages. */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { PERSISTS } from '@nearside/browser/persists.ts'
import { defineCommand, NegativeResult } from '../command.ts'
import { CONSENT_PLATFORMS } from '../publish/pageOptions.ts'
import { publishSite } from '../publish/publishSite.ts'
import { CATALOG, DRY_RUN, MODEL, PUBLISHED, PUBLISHER, RULES, SHOP } from '../shared.ts'
import { readCatalogOption, readJsonFile } from '../shopFiles.ts'

const syntax = new Command('publish')
  .summary('write what the shop’s web server serves, and the snippet for its pages')
  .description(`Writes to OUT:

  models/      each version in a folder that never changes, gzip and Brotli too
  catalog.json
  page.html    the snippet, with the products that a new shopper sees first
  _headers     cache settings for Netlify and Cloudflare Pages
  nginx.conf   cache settings for nginx
  SHA256SUMS

Once pages name keys, publish refuses a model that devices would refuse: unsigned, expired, or older
than the one in OUT. After a finding of level error, it writes nothing. It signs nothing: use nearside
sign for that, and nearside rollback to go back to an earlier model.`)
  .requiredOption(...MODEL)
  .option(...CATALOG)
  .option(...SHOP)
  .option(...RULES)
  .requiredOption(...PUBLISHED)
  .option('--base <path>', 'path of the address at which OUT is served', path, '/')
  .option(
    '--link <address>',
    'address of a product’s page, with {id} in it (default: the catalog’s `url`, else /product/{id})',
    link,
  )
  .option('--library <dir>', 'folder dist/lib of the package, for pages without a bundler')
  .addOption(
    new Option(
      '--consent <platform>',
      'platform whose answer decides whether data outlives a page; `none`: your page calls nearside.setPersist',
    ).choices([...CONSENT_PLATFORMS, 'none'] as const),
  )
  .addOption(
    new Option(
      '--persist <option>',
      'whether a shopper’s data outlives a page: if they agree, always or never (default: ask)',
    ).choices(PERSISTS),
  )
  .option(...PUBLISHER)
  .option(...DRY_RUN)

export const command = defineCommand(syntax, async (options, { print }) => {
  const { model, rules, publisher } = options
  const site = await publishSite({
    ...options,
    models: model,
    catalog: await readCatalogOption('publish', options),
    rules: rules === undefined ? undefined : await readJsonFile(rules),
    keys: publisher,
    now: Date.now(),
  })
  for (const { level, about, text } of site.findings) print(`${level.padEnd(9)}${about}: ${text}`)
  const count = Object.keys(site.files).length
  const { version } = site.latest
  if (site.findings.some(({ level }) => level === 'error'))
    throw new NegativeResult('nothing was written: fix the errors above', site)
  if (options.dryRun) print('nothing was written (--dry-run)')
  else print(`${options.out}: version ${version}, ${count} files; page.html is for your pages`)
  return site
})

function path(text: string): string {
  if (/^\/(\S*\/)?$/.test(text)) return text
  throw new InvalidArgumentError('It takes a path with a slash at both ends, like /shop/.')
}

function link(text: string): string {
  if (/^\S*\{id\}\S*$/.test(text)) return text
  throw new InvalidArgumentError('It takes an address with {id} in it.')
}
