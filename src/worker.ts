/**
 * @module Worker entry. Start it with `new Worker(new URL('nearside/worker', import.meta.url), { type: 'module' })`.
 */
import { type Scope, serve, workerEnvironment } from '@nearside/browser/worker/serve.ts'

/**
 * Chromium lists the locales of number formats once a process, which takes a slow phone 0.1 s. The worker makes it do
 * so while the first file downloads; otherwise the first price would block the page for that time.
 */
const listLocales = () => Intl.NumberFormat.supportedLocalesOf('en')

let hasAsked = false
serve(self as unknown as Scope, {
  ...workerEnvironment,
  fetch(...request) {
    if (!hasAsked) setTimeout(listLocales)
    hasAsked = true
    return workerEnvironment.fetch(...request)
  },
})
