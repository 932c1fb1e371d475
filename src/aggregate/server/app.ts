/**
 * @module HTTP API of an aggregator. The API logs no request and stores no address, so a database dump or a log shows
 * only that somebody sent a report.
 */

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { toHex } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { consentHash, policyTerms } from '../protocol/consent.ts'
import { REPORT_MEDIA_TYPE, reportBytes } from '../protocol/report.ts'
import { PEER_ROUTES, ROUTES } from '../protocol/routes.ts'
import { TOKEN_REQUEST_MEDIA_TYPE, WORK_HEADER } from '../protocol/token.ts'
import { type GatewayOptions, gatewayRoute, type InnerBindings } from './gateway.ts'
import type { HelperAggregator } from './helper.ts'
import { atMost, emptyApp, limitBody, limitRate, requireType, respondProblem } from './http.ts'
import type { LeaderAggregator } from './leader.ts'
import { type OwnerOptions, ownerRoutes } from './owner/routes.ts'
import { modelRoutes, peerRoutes } from './peerRoutes.ts'
import {
  healthSchema,
  problemSchema,
  reachedSchema,
  receiptSchema,
  type roundSchema,
  roundsSchema,
  taskSchema,
} from './schemas.ts'
import type { RoundSummary } from './store/records.ts'
import type { TokenSigner } from './tokenIssuer.ts'
import { tokenRoute } from './tokenRoute.ts'

export interface AppOptions {
  /** Origins of the shop's pages. Pages of other origins may not call the server. */
  readonly origins: readonly string[]
  readonly now: () => number
  /** Maximum number of reports per minute from one address; the same limit applies to token requests. */
  readonly reportsPerMinute: number
  /** Options of the owner's page, for the leader only; without them, the server has no such page. */
  readonly owner?: OwnerOptions
  /** Issues tokens in return for work; for the leader only. */
  readonly tokens?: TokenSigner
  /** Address that a request comes from; used for the rate limit only. */
  readonly clientAddress?: (c: Context) => string
  /** Options of the gateway; without them, the server accepts nothing from relays. */
  readonly gateway?: GatewayOptions
}

type Aggregator = LeaderAggregator | HelperAggregator

/** Maximum number of reports in progress; the server refuses more. */
const MOST_UNDER_WAY = 256

const ROUNDS_SHOWN = 20

/** Maximum number of lists (of the reports in a round) that one address may read per minute. */
const LISTS_PER_MINUTE = 12

export function createApp(aggregator: Aggregator, options: AppOptions): OpenAPIHono {
  const app = emptyApp()
  app.use(secureHeaders({ crossOriginResourcePolicy: 'cross-origin' }))
  app.use(allowOrigins(options.origins))
  readRoutes(app, aggregator)
  app.get(PEER_ROUTES.keys, async (c) => c.json(await aggregator.keys()))
  if ('accept' in aggregator) {
    app.use(ROUTES.reports, ...mayCall(options, REPORT_MEDIA_TYPE))
    reportRoute(app, aggregator)
    if (options.owner) ownerRoutes(app, aggregator, options.owner, options.now)
    if (options.tokens) {
      app.use(ROUTES.tokens, ...mayCall(options, TOKEN_REQUEST_MEDIA_TYPE))
      tokenRoute(app, aggregator.store, options.tokens)
    }
  } else {
    peerRoutes(app, aggregator)
    reachedRoute(app, aggregator, options)
    if (aggregator.models) modelRoutes(app, aggregator.models)
  }
  const { gateway, clientAddress = () => '', now } = options
  if (gateway) gatewayRoute(app, gateway, clientAddress, now)
  app.doc('/openapi.json', {
    openapi: '3.0.3',
    info: { title: `Nearside ${aggregator.role}`, version: '1' },
  })
  return app
}

/**
 * Lets the shop's pages read answers. Hono's `cors` would read each answer's body once more, so `cors` answers only
 * preflights, and this function sets the header of other answers.
 */
function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const preflight = cors({
    origin: (origin) => (origins.includes(origin) ? origin : null),
    allowMethods: ['GET', 'POST'],
    allowHeaders: ['Content-Type', 'Authorization', WORK_HEADER],
    maxAge: 600,
  })
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next)
    const origin = c.req.header('origin')
    await next()
    c.res.headers.append('Vary', 'Origin')
    if (origin !== undefined && origins.includes(origin))
      c.res.headers.set('Access-Control-Allow-Origin', origin)
  }
}

const json = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { 'application/json': { schema } },
})

const problemAnswer = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
})

function readRoutes(app: OpenAPIHono, aggregator: Aggregator): void {
  const { role, trust, store } = aggregator
  app.openapi(
    createRoute({
      method: 'get',
      path: ROUTES.health,
      responses: { 200: json('Whether it runs', healthSchema) },
    }),
    async (c) => {
      const record = await store.current()
      return c.json({
        status: record === null ? ('starting' as const) : ('ok' as const),
        role,
        trust,
        round: record?.round ?? null,
        waitingFor: await aggregator.waitingFor(),
        lost: await store.lost(),
      })
    },
  )
  app.get(ROUTES.metrics, async (c) => {
    const record = await store.current()
    const isWaiting = (await aggregator.waitingFor()) !== null
    const takenBack = 'accept' in aggregator ? aggregator.takenBack() : 0
    const metrics: readonly (readonly [name: string, value: number, help: string])[] = [
      ['round', record?.round ?? 0, 'Newest round.'],
      ['round_counted', record?.counted ?? 0, 'Reports counted in the newest round.'],
      ['round_waiting', Number(isWaiting), '1 while reports of the round, or its next step, wait.'],
      ['reports_lost_total', await store.lost(), HELP.lost],
      ['unproven_refusals_total', aggregator.unproven(), HELP.unproven],
      ['models_taken_back_total', takenBack, HELP.takenBack],
    ]
    return c.text(metrics.map((metric) => metricText(...metric)).join(''))
  })
  app.openapi(
    createRoute({
      method: 'get',
      path: ROUTES.rounds,
      responses: { 200: json('The last rounds, newest first', roundsSchema) },
    }),
    async (c) => {
      const rounds = await Promise.all((await store.rounds(ROUNDS_SHOWN)).map(describeRound))
      return c.json({ role, trust, rounds })
    },
  )
  const taskRoute = createRoute({
    method: 'get',
    path: ROUTES.task,
    responses: {
      200: json('The round and its policy', taskSchema),
      503: problemAnswer('No round is open yet'),
    },
  })
  app.openapi(taskRoute, async (c) => {
    const task = await aggregator.task()
    if (task === null) throw noRound()
    return c.json({ ...task, policy: { ...task.policy } as Record<string, unknown> }, 200)
  })
}

function reachedRoute(app: OpenAPIHono, helper: HelperAggregator, options: AppOptions): void {
  const { now, clientAddress: addressOf = () => '' } = options
  app.openapi(
    createRoute({
      method: 'get',
      path: ROUTES.reached,
      middleware: limitRate(LISTS_PER_MINUTE, addressOf, now),
      request: { params: z.object({ round: z.string().regex(/^[0-9]{1,9}$/) }) },
      responses: {
        200: json('Salted hashes of the ids of a round that is over, signed', reachedSchema),
        422: problemAnswer('The round is open or unknown, or ended more than a period ago'),
        429: problemAnswer('Too many requests from one address'),
        503: problemAnswer('Too many lists are being read now'),
      },
    }),
    async (c) => {
      const round = Number(c.req.valid('param').round)
      const { bytes, body } = await helper.openList(round, addressOf(c))
      const headers = { 'Content-Type': 'application/json', 'Content-Length': String(bytes) }
      if (c.req.raw.method !== 'HEAD') return c.body(body, 200, headers) as never
      await body.cancel()
      return c.body(null, 200, headers) as never
    },
  )
}

const HELP = {
  lost: 'Acknowledged reports in rounds that were abandoned: alert when it rises.',
  unproven:
    'Refusals since the start because a proof does not hold; a report that is sent again is counted again.',
  takenBack:
    'Rollbacks since the start: newer held-out cases found a model worse, so the last trained one was published again.',
}

/** A metric in Prometheus' text format. No metric is about a single request. */
function metricText(name: string, value: number, help: string): string {
  const type = name.endsWith('_total') ? 'counter' : 'gauge'
  return `# HELP nearside_${name} ${help}\n# TYPE nearside_${name} ${type}\nnearside_${name} ${value}\n`
}

async function describeRound(record: RoundSummary): Promise<z.infer<typeof roundSchema>> {
  const { round, state, policy, policyHash, counted, idSetHash } = record
  return {
    round,
    state,
    model: policy.model.version,
    policyHash,
    goal: policy.aggregationGoal,
    counted,
    consents: { hash: toHex(await consentHash(policyTerms(policy))), count: counted },
    idSetHash,
    released: state === 'released' ? record.version : null,
    gate: record.verdict && { ...record.verdict, reasons: [...record.verdict.reasons] },
  }
}

/** Checks in this order: origin of the page, Global Privacy Control, media type, rate limit. */
function mayCall(options: AppOptions, mediaType: string): readonly MiddlewareHandler[] {
  const { clientAddress = () => '', now, origins, reportsPerMinute } = options
  const isAllowed: MiddlewareHandler = async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined && !origins.includes(origin))
      return respondProblem(c, 403, 'consent-missing', 'This origin is not the shop’s')
    if (c.req.header('sec-gpc') === '1')
      return respondProblem(c, 403, 'consent-missing', 'Global Privacy Control is on')
    return next()
  }
  // A relayed request has no known address. The gateway limits relayed requests instead.
  const addressOf = (c: Context) =>
    ((c.env ?? {}) as Partial<InnerBindings>).isRelayed ? null : clientAddress(c)
  return [isAllowed, requireType(mediaType), limitRate(reportsPerMinute, addressOf, now)]
}

const noRound = () => new NearsideError('aggregator-unreachable', 'No round is open yet')

function reportRoute(app: OpenAPIHono, leader: LeaderAggregator): void {
  const run = atMost(MOST_UNDER_WAY)
  /**
   * Maximum size of a body, bytes. The server computes the maximum again only for a larger body, or a body without a
   * stated length.
   */
  let size = 0
  app.use(ROUTES.reports, async (c, next) => {
    const length = Number(c.req.header('content-length') ?? Number.NaN)
    if (!(length <= size)) {
      const record = await leader.store.current()
      if (record === null) throw noRound()
      size = Math.ceil(1.05 * reportBytes(record.policy))
    }
    return limitBody(size, 'report-invalid')(c, next)
  })

  const route = createRoute({
    method: 'post',
    path: ROUTES.reports,
    request: {
      body: {
        required: true,
        content: { [REPORT_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } } },
      },
    },
    responses: {
      200: json('The same report was counted before', receiptSchema),
      201: json('Counted by both aggregators', receiptSchema),
      401: problemAnswer('The report has no unused token of this round'),
      403: problemAnswer(
        'Not sent by the shop’s pages, Global Privacy Control is on, or the consent names other terms',
      ),
      409: problemAnswer('Another report has this id'),
      410: problemAnswer('The round is over'),
      413: problemAnswer('Longer than a report'),
      415: problemAnswer('Not a report'),
      422: problemAnswer('A report that can’t be read, or for another policy'),
      429: problemAnswer('Too many requests from one address'),
      503: problemAnswer('The report can’t be counted now; send the same bytes later'),
    },
  })
  app.openapi(route, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    const authorization = c.req.header('authorization')
    const { fresh, receipt } = await run(() => leader.accept(body, authorization))
    return c.json(receipt, fresh ? 201 : 200)
  })
}
