/** @module The helper's routes for the leader; each body is authenticated before it is read. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HELPER_PART_BYTES } from '../protocol/report.ts'
import { PEER_ROUTES, ROUTES, SHARES_MEDIA_TYPE, SIGNATURE_HEADER } from '../protocol/routes.ts'
import type { HelperAggregator } from './helper.ts'
import { respondProblem } from './problemResponse.ts'
import { proposalSchema, readJson, releaseRequestSchema } from './schemas.ts'

/** 256 helper parts; a policy and a release request are far smaller. */
const MAX_BODY = 256 * HELPER_PART_BYTES

export function peerRoutes(app: OpenAPIHono, helper: HelperAggregator): void {
  app.post(ROUTES.reports, (c) =>
    respondProblem(c, 404, 'input-invalid', 'Reports go to the leader'),
  )
  app.get(PEER_ROUTES.keys, async (c) => c.json(await helper.keys()))
  app.use(
    '/v1/peer/*',
    bodyLimit({
      maxSize: MAX_BODY,
      onError: (c) => respondProblem(c, 413, 'input-invalid', 'The body is too long'),
    }),
  )
  app.post('/v1/peer/rounds/:round{[0-9]{1,9}}', async (c) => {
    const { round, body } = await authenticated(c, helper, PEER_ROUTES.propose)
    const { policy } = readJson(body, proposalSchema)
    await helper.propose(round, policy)
    return c.json({ round })
  })
  app.post('/v1/peer/rounds/:round{[0-9]{1,9}}/shares', async (c) => {
    if (c.req.header('content-type') !== SHARES_MEDIA_TYPE)
      return respondProblem(c, 415, 'report-invalid', `Send ${SHARES_MEDIA_TYPE}`)
    const { round, body } = await authenticated(c, helper, PEER_ROUTES.shares)
    const outcomes = await helper.take(round, body)
    return c.body(new Uint8Array(outcomes), 200, { 'Content-Type': 'application/octet-stream' })
  })
  app.post('/v1/peer/rounds/:round{[0-9]{1,9}}/release', async (c) => {
    const { round, body } = await authenticated(c, helper, PEER_ROUTES.release)
    const request = readJson(body, releaseRequestSchema)
    return c.json(await helper.release(round, request))
  })
}

/** The path that is signed is the protocol's, wherever the app is mounted. */
async function authenticated(
  c: Context,
  helper: HelperAggregator,
  path: (round: number) => string,
): Promise<{ round: number; body: Uint8Array }> {
  const round = Number(c.req.param('round'))
  const body = new Uint8Array(await c.req.arrayBuffer())
  const signature = c.req.header(SIGNATURE_HEADER) ?? ''
  await helper.authenticate(c.req.method, path(round), body, signature)
  return { round, body }
}
