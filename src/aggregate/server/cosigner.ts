/** @module Asks the helper to sign a published model. The request contains a signed model and no other data. */
import type { z } from '@hono/zod-openapi'
import { canonicalJson } from '@nearside/core/canonicalJson.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { LatestModel } from '@nearside/core/model/manifest.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import type { Cosigner } from '@nearside/train/models/sign.ts'
import { described } from '../protocol/problem.ts'
import { endpoint, ROUTES } from '../protocol/routes.ts'
import { modelReleasesSchema, modelSignatureSchema, readJson } from './schemas.ts'

/** Deadline for an answer, in milliseconds. */
const DEADLINE = 10_000
/** Maximum size of an answer, bytes. */
const MOST = 2 ** 20

/** @throws (both methods) NearsideError `aggregator-unreachable` if there is no valid answer */
export function createCosigner(base: string, fetch: typeof globalThis.fetch): Cosigner {
  const url = endpoint(base, ROUTES.models)
  const unlike = `${url} does not answer like a helper`

  async function ask<T>(schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(DEADLINE) })
      const answer = await readAtMost(response, MOST)
      if (response.ok) return readJson(answer, schema, 'aggregator-unreachable', unlike)
      const code = response.status === 409 ? 'version-taken' : 'aggregator-unreachable'
      const why = described(response.status, answer)
      throw new NearsideError(code, `The helper refused to sign: ${why}`)
    } catch (thrown) {
      throw NearsideError.from(thrown, 'aggregator-unreachable', unlike)
    }
  }

  return {
    lastRelease: async () => (await ask(modelReleasesSchema)).releases[0]?.release ?? 0,
    sign: (latest: LatestModel) =>
      ask(modelSignatureSchema, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: canonicalJson(latest),
      }),
  }
}
