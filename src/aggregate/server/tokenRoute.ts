/**
 * @module The leader's route for tokens that cost work. The route stores nothing about a request. The work is valid for
 * one round and one token only, and a repeated request gets the same token.
 */
import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { ownBytes } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { ROUTES } from '../protocol/routes.ts'
import {
  isWorkDone,
  TOKEN_REQUEST_BYTES,
  TOKEN_RESPONSE_MEDIA_TYPE,
  WORK_BYTES,
  WORK_HEADER,
  workFor,
} from '../protocol/token.ts'
import { limitBody } from './http.ts'
import type { Store } from './store/store.ts'
import type { TokenSigner } from './tokenIssuer.ts'

const derive = promisify(pbkdf2)

export function tokenRoute(
  app: OpenAPIHono,
  store: Pick<Store, 'current'>,
  signer: TokenSigner,
): void {
  app.post(ROUTES.tokens, limitBody(TOKEN_REQUEST_BYTES), async (c) => {
    const record = await store.current()
    const issuer = record?.policy.issuer
    if (record?.state !== 'open' || issuer?.bits === undefined)
      throw new NearsideError('round-closed', 'No open round needs tokens')
    const request = new Uint8Array(await c.req.arrayBuffer())
    const attempt = Number(/^\d{1,9}$/.exec(c.req.header(WORK_HEADER) ?? '')?.[0] ?? Number.NaN)
    const { password, salt, iterations } = await workFor(record, request)
    const done =
      Number.isInteger(attempt) &&
      (await derive(password(attempt), salt, iterations, WORK_BYTES, 'sha256'))
    if (!done || !isWorkDone(done, issuer.bits))
      throw new NearsideError('token-refused', 'The request lacks the proof of work for this round')
    const signature = signer.sign(request)
    if (signature === null)
      throw new NearsideError('input-invalid', 'The body is not a token request for this key')
    return c.body(ownBytes(signature), 200, { 'Content-Type': TOKEN_RESPONSE_MEDIA_TYPE })
  })
}
