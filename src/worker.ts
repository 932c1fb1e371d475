/**
 * @module The worker: `new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`.
 * A page that can't have one imports this file itself; then it begins when it is asked to.
 */
import { type Scope, serve } from './device/worker/serve.ts'

export { deviceInPage } from './device/worker/inPage.ts'

if (!('document' in globalThis)) serve(self as unknown as Scope)
