/**
 * @module The helper's routes for the leader. The helper authenticates each body before parsing it, and signs each
 * answer, including refusals.
 */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import type { Context } from 'hono'
import { helperPartBytes, REPORT_ID_BYTES } from '../protocol/report.ts'
import { PEER_ROUTES, ROUTES, SHARES_MEDIA_TYPE, SIGNATURE_HEADER } from '../protocol/routes.ts'
import type { HelperAggregator } from './helper.ts'
import { limitBody, respondProblem, respondThrown } from './http.ts'
import type { ModelReleases } from './modelReleases.ts'
import { modelReleasesSchema, proposalSchema, readJson, releaseRequestSchema } from './schemas.ts'

/** Maximum number of forwarded reports in a request; above the number that a leader sends. */
const MAX_PARTS = 256
/** Maximum size of a policy, or of a release request without its ids, bytes. */
const MAX_REST = 40_000

export function peerRoutes(app: OpenAPIHono, helper: HelperAggregator): void {
  app.post(ROUTES.reports, (c) =>
    respondProblem(c, 404, 'input-invalid', 'Reports go to the leader'),
  )
  app.use('/v1/peer/*', async (c, next) => {
    const policy = (await helper.store.current())?.policy
    // The request has the ids in base64, which takes 4/3 of their bytes.
    const ids = Math.ceil((4 / 3) * REPORT_ID_BYTES * (policy?.aggregationGoal ?? 0))
    const parts = policy ? MAX_PARTS * helperPartBytes(policy) : 0
    return limitBody(Math.max(parts, ids + MAX_REST))(c, next)
  })
  const route = (
    name: 'propose' | 'shares' | 'release',
    respond: (c: Context, round: number, body: Uint8Array) => Promise<Response>,
  ) =>
    app.post(PEER_ROUTES[name](':round{[0-9]{1,9}}'), async (c) => {
      const round = Number(c.req.param('round'))
      const body = new Uint8Array(await c.req.arrayBuffer())
      // The signature covers the protocol's path, wherever the app is mounted.
      const path = PEER_ROUTES[name](round)
      await helper.authenticate(path, body, c.req.header(SIGNATURE_HEADER) ?? '')
      const response = await respond(c, round, body).catch((thrown) => respondThrown(c, thrown))
      const answer = new Uint8Array(await response.clone().arrayBuffer())
      const signature = await helper.signAnswer(path, body, response.status, answer)
      response.headers.set(SIGNATURE_HEADER, signature)
      return response
    })
  route('propose', async (c, round, body) => {
    await helper.propose(round, readJson(body, proposalSchema).policy)
    return c.json({ round })
  })
  route('shares', async (c, round, body) => {
    if (c.req.header('content-type') !== SHARES_MEDIA_TYPE)
      return respondProblem(c, 415, 'report-invalid', `Send ${SHARES_MEDIA_TYPE}`)
    const outcomes = new Uint8Array(await helper.take(round, body))
    return c.body(outcomes, 200, { 'Content-Type': 'application/octet-stream' })
  })
  route('release', async (c, round, body) =>
    c.json(await helper.release(round, readJson(body, releaseRequestSchema))),
  )
}

/** Maximum size of a model release with all its signatures, bytes. */
const MAX_BODY = 8_192

export function modelRoutes(app: OpenAPIHono, models: ModelReleases): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: ROUTES.models,
      responses: {
        200: {
          description: 'The releases of models that this helper has signed, newest first',
          content: { 'application/json': { schema: modelReleasesSchema } },
        },
      },
    }),
    async (c) => c.json({ releases: [...(await models.list())] }),
  )
  app.post(ROUTES.models, limitBody(MAX_BODY), async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    return c.json(await models.sign(parseLatest(readJson(body, z.unknown()))))
  })
}
