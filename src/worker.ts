/**
 * @module Worker entry. Start it with `new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`.
 */
import {
  listingLocales,
  type Scope,
  serve,
  workerEnvironment,
} from '@nearside/browser/worker/serve.ts'

serve(self as unknown as Scope, {
  ...workerEnvironment,
  fetch: listingLocales(workerEnvironment.fetch),
})
