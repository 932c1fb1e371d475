/** @module Checks a live shop with the device's own code, and says what to fix. */
import { createTransport, destinationsOf } from '@nearside/browser/transport/http.ts'
import { catalogFindings } from '../publish/catalogFindings.ts'
import { type Finding, findingsAbout, sizeFinding } from '../publish/finding.ts'
import { type PageOptions, parsePageOptions, scanPage } from '../publish/pageOptions.ts'
import { createAsker, isHtml, typeOf } from './asker.ts'
import {
  examineCatalog,
  examineFederation,
  examineLive,
  examineModel,
  examineRules,
  liveAddress,
  type Visit,
} from './files.ts'
import { parsePolicies, sentBytes } from './headers.ts'
import { policyFindings, workerFindings } from './scripts.ts'
import { vaultFindings } from './vault.ts'

export interface Examination {
  readonly url: string
  /** Options from the command line, which replace those of the page. */
  readonly given: Partial<PageOptions>
  readonly fetch: typeof globalThis.fetch
  /** Current time, milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds until a request is cancelled. */
  readonly timeout: number
}

const ADDRESSES = ['catalog', 'baseModel', 'rules', 'live', 'worker', 'vault'] as const

/** Examines a shop. Faults of its servers are findings, too, so nothing is thrown. */
export async function examine(order: Examination): Promise<Finding[]> {
  const { url, given, timeout } = order
  const asker = createAsker(order.fetch, timeout)
  const about = findingsAbout('page')
  const page = await asker.visit(url).catch((thrown: Error) => thrown)
  if (page instanceof Error)
    return [about.error(`${url} can't be fetched (${page.message}): check the server.`)]
  const html = new TextDecoder().decode(page.body)
  if (page.status !== 200)
    return [about.error(`${page.url} answers with status ${page.status}: name a page that exists.`)]
  if (!isHtml(page))
    return [about.error(`${page.url} is ${typeOf(page)}: name a page, not a file.`)]
  const findings: Finding[] = [secureFinding(page.url)]
  let scanned: ReturnType<typeof scanPage> = { options: null, policies: [] }
  let said: PageOptions | null = null
  try {
    scanned = scanPage(html)
    said = parsePageOptions(scanned.options)
  } catch (error) {
    findings.push(
      about.error(`${(error as Error).message}: replace it with the snippet of nearside publish.`),
    )
  }
  const { catalog, baseModel, ...others } = { ...said, ...given }
  if (!catalog || !baseModel) {
    const how = 'add the snippet of nearside publish, or give --models and --catalog'
    return [...findings, about.error(`The page doesn't say where model and catalog are: ${how}.`)]
  }
  const options: PageOptions = { ...others, catalog, baseModel: baseModel.replace(/\/*$/, '/') }
  const named = ADDRESSES.flatMap((name) => (options[name] ? [[name, options[name]] as const] : []))
  const all = [...named.map(([, address]) => address), ...Object.values(options.federation ?? {})]
  const wrong = all.find((address) => !URL.canParse(address, page.url))
  if (wrong) return [...findings, about.error(`${wrong} is not a valid address: correct it.`)]
  const absolute = (address: string) => new URL(address, page.url).href
  const shop: PageOptions = {
    ...options,
    ...Object.fromEntries(named.map(([name, address]) => [name, absolute(address)])),
  }
  const policies = parsePolicies([page.headers.get('content-security-policy'), ...scanned.policies])
  const transport = createTransport({
    fetch: asker.fetch,
    timeout,
    ledger: { append: nothing, count: nothing },
    destinations: destinationsOf({
      ...{ federation: null, rules: null, ...shop },
      live: liveAddress(shop),
    }),
  })
  const { vault } = shop
  if (vault) asker.speakFor(new URL(vault).origin)
  const visit: Visit = { shop, page: page.url, asker, transport, now: order.now }
  const [{ loaded, ...fetched }, products] = await Promise.all([
    examineModel(visit),
    examineCatalog(visit),
  ])
  const rules = await examineRules(visit, products.catalog, loaded?.model ?? null)
  const { folder } = loaded?.model.manifest.tail ?? {}
  const isOfTail = (url: string) => !!folder && url.startsWith(`${shop.baseModel}${folder}`)
  // Counts the same files as `publish` does: the catalog, the rules, and the model's files except `latest.json`.
  const taken = [...asker.answers.values()].filter(
    ({ url }) =>
      (url.startsWith(shop.baseModel) && !url.endsWith('/latest.json') && !isOfTail(url)) ||
      url === shop.catalog ||
      url === shop.rules,
  )
  return [
    ...findings,
    ...policyFindings(policies, vault ? withoutAggregators(shop) : shop, page.url),
    ...(vault
      ? await vaultFindings({ asker, shop, vault, page, pagePolicies: policies })
      : await workerFindings(asker, shop, page.url)),
    ...fetched.findings,
    ...products.findings,
    ...(products.catalog ? catalogFindings(products.catalog, loaded?.model.itemIds ?? null) : []),
    ...(loaded && products.catalog ? [sizeFinding(await sentBytes(taken))] : []),
    ...rules,
    ...(await examineLive(visit, products.version, said !== null)),
    ...(await examineFederation(visit)),
  ]
}

/** Options without the aggregators, because a vault (frame on another origin) sends the contributions itself. */
const withoutAggregators = ({ federation, ...shop }: PageOptions): PageOptions => shop

const nothing = async () => ({}) as never

function secureFinding(url: string): Finding {
  const { ok, error } = findingsAbout('page')
  const { protocol, hostname } = new URL(url)
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\]|.*\.localhost)$/.test(hostname)
  if (protocol === 'https:' || isLocal) return ok(`${url} answers, in a secure context.`)
  return error(
    `${url} is not served over https, so browsers give it no keys and no locks: use TLS.`,
  )
}
