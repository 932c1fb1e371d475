/** @module The helper's routes for published models: signing one, and listing the signed ones. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { bodyLimit } from 'hono/body-limit'
import { ROUTES } from '../protocol/routes.ts'
import type { ModelReleases } from './modelReleases.ts'
import { respondProblem } from './problemResponse.ts'
import { modelReleasesSchema, readJson, signedModelSchema } from './schemas.ts'

/** Most bytes of a release with all its signatures. */
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
  const limit = bodyLimit({
    maxSize: MAX_BODY,
    onError: (c) => respondProblem(c, 413, 'input-invalid', 'The body is too long'),
  })
  app.post(ROUTES.models, limit, async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    return c.json(await models.sign(parseLatest(readJson(body, signedModelSchema))))
  })
}
