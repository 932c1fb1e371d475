/** @module The helper's routes for published models: signing one, and listing the signed ones. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { ROUTES } from '../protocol/routes.ts'
import { limitBody } from './http.ts'
import type { ModelReleases } from './modelReleases.ts'
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
  app.post(ROUTES.models, limitBody(MAX_BODY), async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    return c.json(await models.sign(parseLatest(readJson(body, signedModelSchema))))
  })
}
