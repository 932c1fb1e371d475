/**
 * @module Checks a vault (a frame of another origin that stores the shopper's data): which shops may show it, to which
 * servers its document may send requests, and that its worker can send none.
 */
import { type Finding, failed, findingsAbout } from '../publish/finding.ts'
import type { PageOptions } from '../publish/pageOptions.ts'
import type { Answer, Asker } from './asker.ts'
import { allows, type ContentPolicy, parsePolicies } from './headers.ts'
import { requestsOf } from './scripts.ts'

const { ok, warning, error } = findingsAbout('vault')

interface VaultVisit {
  readonly asker: Asker
  /** Options of the shop's page, with absolute URLs. */
  readonly shop: PageOptions
  readonly vault: string
  readonly page: Answer
  readonly pagePolicies: readonly ContentPolicy[]
}

/** Findings about the vault; server faults are findings, too. */
export async function vaultFindings(visit: VaultVisit): Promise<Finding[]> {
  const { asker, vault } = visit
  const shop = new URL(visit.page.url).origin
  const { origin } = new URL(vault)
  if (origin === shop)
    return [
      error(
        'It has the shop’s own origin, so nothing is kept apart: serve it from another origin.',
      ),
    ]
  const document = await asker.file(vault, 'put vault.html there').catch((thrown: Error) => thrown)
  if (document instanceof Error) return [error(document.message)]
  const html = new TextDecoder().decode(document.body)
  const named = [...html.matchAll(/<meta name="nearside-shop" content="([^"]*)"/g)]
  const findings = [
    ...failed(
      named.some(([, one]) => one === shop) ||
        error(`Its vault.html does not list ${shop} as a shop: add it.`),
    ),
    ...pageFindings(visit, origin),
    ...documentFindings(visit, document, shop),
    ...(await workerFindings(asker, document, html)),
  ]
  return findings.length > 0
    ? findings
    : [ok('It accepts this shop, and its worker has no network.')]
}

function pageFindings({ vault, page, pagePolicies }: VaultVisit, origin: string): Finding[] {
  const allowed = page.headers.get('connection-allowlist')
  return failed(
    allows(pagePolicies, 'frame-src', vault, page.url) ||
      error(`The page's policy blocks the vault's frame: add ${origin} to frame-src.`),
    allowed === null ||
      allowed.includes(`"${origin}/`) ||
      error(`The page's Connection-Allowlist lacks the vault: add "${origin}/*".`),
    ['', 'unsafe-none', 'same-origin-allow-popups'].includes(openerPolicy(page)) ||
      error(
        "The page's Cross-Origin-Opener-Policy cuts off the consent window: send same-origin-allow-popups.",
      ),
  )
}

/** Policy named by the header `Cross-Origin-Opener-Policy`, without the header's parameters. */
const openerPolicy = ({ headers }: Pick<Answer, 'headers'>) =>
  headers.get('cross-origin-opener-policy')?.split(';')[0].trim() ?? ''

function documentFindings(
  { shop, vault }: VaultVisit,
  { headers }: Answer,
  page: string,
): Finding[] {
  const policies = parsePolicies([headers.get('content-security-policy')])
  const allowed = headers.get('connection-allowlist')
  const asked = requestsOf(shop)
  const blocked = asked.find((url) => !allows(policies, 'connect-src', url, vault))
  const unlisted = asked.find((url) => !allowed?.includes(`"${new URL(url).origin}/`))
  return failed(
    policies.some((policy) => policy.has('frame-ancestors')) ||
      error(`Any page may show the vault in a frame: send frame-ancestors ${page}.`),
    allows(policies, 'frame-ancestors', page, vault) ||
      error(`Its policy keeps this shop from framing it: add ${page} to frame-ancestors.`),
    policies.some((policy) => policy.get('default-src')?.join() === "'none'") ||
      error(
        "Its document may send requests anywhere: send default-src 'none', as DEPLOYING.md says.",
      ),
    !blocked ||
      error(`Its policy blocks ${blocked}: add ${new URL(blocked).origin} to connect-src.`),
    allowed !== null ||
      warning('It sends no Connection-Allowlist, which blocks channels that a policy leaves open.'),
    allowed === null ||
      !unlisted ||
      error(`Its Connection-Allowlist lacks "${new URL(unlisted).origin}/*": add it.`),
    ['', 'unsafe-none'].includes(openerPolicy({ headers })) ||
      error('Its Cross-Origin-Opener-Policy cuts off the consent window: send none.'),
    headers.get('origin-agent-cluster') === '?1' ||
      warning('It may share a process with the shop: send Origin-Agent-Cluster: ?1.'),
  )
}

/** Findings about the vault's worker, whose URL is in the script of the vault's document. */
async function workerFindings(asker: Asker, document: Answer, html: string): Promise<Finding[]> {
  const todo = 'serve the files of nearside’s dist/vault'
  try {
    const [, script] = /<script[^>]* src="([^"]+)"/.exec(html) ?? []
    if (!script) return [error(`Its document has no script: ${todo}.`)]
    const address = new URL(script, document.url).href
    const { body } = await asker.file(address, todo)
    const [name] = /lockedWorker-[\w-]+\.js/.exec(new TextDecoder().decode(body)) ?? []
    if (!name) return [error(`Its script names no worker: ${todo}.`)]
    const { headers } = await asker.file(new URL(name, address).href, todo)
    const policies = parsePolicies([headers.get('content-security-policy')])
    const isLocked = policies.some(
      (policy) =>
        policy.get('default-src')?.join() === "'none'" &&
        (policy.get('connect-src') ?? ["'none'"]).join() === "'none'" &&
        policy.get('script-src')?.join() === "'wasm-unsafe-eval'",
    )
    return failed(
      isLocked ||
        error(
          "Its worker would have a network, so it refuses to work: send default-src 'none'; script-src 'wasm-unsafe-eval' with its file.",
        ),
      headers.get('connection-allowlist')?.trim() === '()' ||
        warning('Its worker’s file has no empty Connection-Allowlist: send ().'),
    )
  } catch (thrown) {
    return [error((thrown as Error).message)]
  }
}
