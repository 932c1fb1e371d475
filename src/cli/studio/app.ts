/**
 * @module The studio's server: the page, and calls that read, preview, measure and save the shop's rules. Every call
 * needs the token, or a session of the login; a request with another host or from another origin is refused.
 */
import {
  emptyApp,
  hashOfToken,
  limitBody,
  requireToken,
  respondProblem,
} from '@nearside/aggregate/server/http.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { atPrices } from '@nearside/core/catalog/sale.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { createReaders } from '@nearside/core/reading.ts'
import type { Rule } from '@nearside/core/rules/rule.ts'
import { serially } from '@nearside/core/serially.ts'
import type { RuleCosts } from '@nearside/evaluate/ruleCosts.ts'
import type { Steps } from '@nearside/evaluate/steps.ts'
import { stream } from 'hono/streaming'
import type { Finding } from '../publish/finding.ts'
import { ruleFindings } from '../publish/ruleFindings.ts'
import type { SignRules } from '../signing.ts'
import type { Login } from './login.ts'
import type { Lists, Preview, View } from './preview.ts'
import { readRulesFile, requireRules, writeRulesFile } from './rulesFile.ts'

export interface Studio {
  readonly file: string
  /** Token in the page's address, or the login of a studio on the shop's server. */
  readonly access: string | Login
  /** Origin that requests must name, e.g. `http://127.0.0.1:PORT`; the port is known once the server listens. */
  readonly origin: () => string
  /** Files of the page by path, `/` for the document. */
  readonly page: ReadonlyMap<string, Uint8Array>
  /** Catalog with usual prices and sales. */
  readonly catalog: Catalog
  readonly model: BaseModel
  readonly preview: Preview
  readonly costs: (rules: readonly Rule[], steps: Steps) => Promise<RuleCosts>
  readonly now: () => number
  /** Signs the rules file; absent if the shop has no key. */
  readonly sign?: SignRules
}

export interface StudioStart {
  readonly file: string
  readonly version: string
  readonly rules: readonly Rule[]
  readonly items: readonly Item[]
  readonly hasLogin: boolean
}

export interface Previewed {
  readonly before: Lists
  readonly after: Lists
  readonly findings: readonly Finding[]
}

/**
 * One line of the response to a measurement request. The first lines report progress, the last line the result or an
 * error. The measurement stops if the connection closes.
 */
export type CostLine =
  | { readonly done: number; readonly total: number }
  | { readonly costs: RuleCosts }
  | { readonly error: string }

const MOST_BYTES = 2 ** 20

const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

const refuse = (what: string, why = 'is invalid') =>
  new NearsideError('input-invalid', `${what} ${why}`)
const { list, number, object, optional, record, text } = createReaders(refuse)
const SHORT = text(/^[\s\S]{1,1000}$/)
const readView = object<View>({
  looked: list(SHORT, 50),
  about: optional(SHORT),
  page: optional(SHORT),
  search: optional(SHORT),
  context: record(SHORT),
  time: number(),
})

export function createStudio(studio: Studio) {
  const { file, access, page, catalog, model, preview, now } = studio
  function findingsOf(rules: readonly Rule[]) {
    const priced = new Catalog(atPrices(catalog.items, now()))
    return ruleFindings(rules, priced, model, now()).filter(({ level }) => level !== 'ok')
  }
  const alone = serially()
  const app = emptyApp()
  app.use(async (c, next) => {
    const { host, origin } = new URL(studio.origin())
    if (c.req.header('host') !== host || (c.req.header('origin') ?? origin) !== origin)
      return respondProblem(c, 403, 'input-invalid', `The studio answers only at ${origin}`)
    c.header('Content-Security-Policy', POLICY)
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('X-Content-Type-Options', 'nosniff')
    return next()
  })
  if (typeof access === 'function') access(app)
  else {
    const tokenHash = hashOfToken(access)
    app.use('/api/*', async (c, next) => {
      requireToken(c, tokenHash)
      return next()
    })
  }
  app.use('/api/*', limitBody(MOST_BYTES))
  for (const [path, bytes] of page)
    app.get(path, (c) =>
      c.body(new Uint8Array(bytes), 200, {
        'Content-Type': TYPES[path.split('.')[1]] ?? 'text/html; charset=utf-8',
      }),
    )
  app.get('/api/start', async (c) => {
    const { rules, version } = await readRulesFile(file)
    const items = catalog.items.map(
      ({ description: _, image: __, url: ___, ...item }): Item => item,
    )
    const hasLogin = typeof access === 'function'
    return c.json({ file, version, rules, items, hasLogin } satisfies StudioStart)
  })
  app.post('/api/preview', async (c) => {
    const { saved, rules, view } = await readBody(c.req.raw)
    const variants = [requireRules(saved), requireRules(rules)]
    const [before, after] = await preview.lists(readView(view, 'view'), variants)
    return c.json({ before, after, findings: findingsOf(variants[1]) } satisfies Previewed)
  })
  app.post('/api/save', async (c) => {
    const { version, ...given } = await readBody(c.req.raw)
    const rules = requireRules(given.rules)
    const errors = findingsOf(rules).filter(({ level }) => level === 'error')
    if (errors.length > 0)
      throw new NearsideError('rules-invalid', errors.map((one) => one.text).join(' '))
    const read = text(/^(|[0-9a-f]{64})$/)(version, 'version')
    return c.json({ version: await alone(() => writeRulesFile(file, rules, read, studio.sign)) })
  })
  app.post('/api/costs', async (c) => {
    const rules = requireRules((await readBody(c.req.raw)).rules)
    c.header('Content-Type', 'application/x-ndjson')
    return stream(c, async (out) => {
      const abort = new AbortController()
      out.onAbort(() => abort.abort())
      const send = (line: CostLine) => out.write(`${JSON.stringify(line)}\n`)
      const onProgress = (_: string, done: number, total: number) => void send({ done, total })
      try {
        await send({ costs: await studio.costs(rules, { onProgress, signal: abort.signal }) })
      } catch (error) {
        await send({
          error: NearsideError.from(error, 'engine-failed', 'The replay failed').message,
        })
      }
    })
  })
  return app
}

/** @throws NearsideError `input-invalid` for a body that is no JSON object */
async function readBody(request: Request): Promise<Record<string, unknown>> {
  const body = await request.json().catch(() => null)
  return record((value: unknown) => value)(body, 'the request')
}
