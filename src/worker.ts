/**
 * @module Worker entry. Start it with `new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`.
 */
import { type Scope, serve } from '@nearside/browser/worker/serve.ts'

serve(self as unknown as Scope)
