/** @module Checks that the page's Content-Security-Policy allows the shop's scripts, and that its worker can run. */
import { type Finding, failed, findingsAbout } from '../publish/finding.ts'
import type { PageOptions } from '../publish/pageOptions.ts'
import { TRUSTED_TYPES } from '../publish/snippet.ts'
import type { Asker } from './asker.ts'
import {
  allows,
  allowsTrustedTypes,
  allowsWasm,
  type ContentPolicy,
  parsePolicies,
} from './headers.ts'

const JAVASCRIPT = /^(text|application)\/(x-)?(java|ecma)script/

export function requestsOf({ catalog, baseModel, rules, federation }: PageOptions): string[] {
  const { leader, helper, relay } = federation ?? {}
  const servers = relay === undefined ? [leader, helper] : [relay]
  return [catalog, `${baseModel}latest.json`, rules, ...servers].filter((url) => url !== undefined)
}

export function policyFindings(
  policies: readonly ContentPolicy[],
  shop: PageOptions,
  page: string,
): Finding[] {
  const { ok, warning, error } = findingsAbout('policy')
  if (policies.length === 0)
    return [
      warning(
        'The page has no Content-Security-Policy, so any script in it may send what shoppers do anywhere: send a policy.',
      ),
    ]
  const blocked = requestsOf(shop).filter((url) => !allows(policies, 'connect-src', url, page))
  const faults = failed(
    ...blocked.map((url) => error(`It blocks ${url}: add ${sourceOf(url, page)} to connect-src.`)),
    shop.worker === undefined ||
      allows(policies, 'worker-src', shop.worker, page) ||
      warning(
        "It blocks the worker, so the device runs in the page itself: add 'self' to worker-src.",
      ),
    allowsWasm(policies) ||
      warning("It blocks WebAssembly, so learning is slow: add 'wasm-unsafe-eval' to script-src."),
    allowsTrustedTypes(policies, TRUSTED_TYPES) ||
      warning(
        `It requires Trusted Types, but doesn't allow the name that the snippet's script uses: add ${TRUSTED_TYPES} to trusted-types.`,
      ),
  )
  return faults.length > 0 ? faults : [ok("The page's policy allows all that is needed.")]
}

/** Findings about the worker. The Content-Security-Policy that applies to it comes with the worker's own file. */
export async function workerFindings(
  asker: Asker,
  shop: PageOptions,
  page: string,
): Promise<Finding[]> {
  const { ok, warning, error } = findingsAbout('worker')
  const { worker } = shop
  if (worker === undefined)
    return [warning("The page doesn't say where its worker's file is: give --worker to check it.")]
  if (new URL(worker).origin !== new URL(page).origin)
    return [error(`${worker} has another origin, but a worker must have the page's: move it.`)]
  const answer = await asker.file(worker, 'put the file there').catch((thrown: Error) => thrown)
  if (answer instanceof Error) return [error(answer.message)]
  const { headers } = answer
  const type = headers.get('content-type') ?? 'nothing'
  if (!JAVASCRIPT.test(type))
    return [error(`${worker} is sent as ${type}: send it as text/javascript.`)]
  const policies = parsePolicies([headers.get('content-security-policy')])
  const blocked = requestsOf(shop).find((url) => !allows(policies, 'connect-src', url, worker))
  if (policies.length === 0)
    return [
      warning(
        "Its file has no Content-Security-Policy, and the page's doesn't apply to it: send the same policy.",
      ),
    ]
  if (blocked)
    return [
      error(`Its own policy blocks ${blocked}: add ${sourceOf(blocked, page)} to connect-src.`),
    ]
  if (!allowsWasm(policies))
    return [warning("Its own policy blocks WebAssembly: add 'wasm-unsafe-eval' to script-src.")]
  return [ok('Its file is a script of this origin, with a policy of its own.')]
}

const sourceOf = (url: string, page: string) => {
  const { origin } = new URL(url)
  return origin === new URL(page).origin ? "'self'" : origin
}
