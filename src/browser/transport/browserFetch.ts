/** @module The browser's own `fetch`, and request options that reveal nothing about the shopper. */

/** Only this module uses the global `fetch`; the linter enforces that. */
export const browserFetch: typeof globalThis.fetch = (...request) => fetch(...request)

export const PLAIN: RequestInit = {
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  redirect: 'error',
  cache: 'no-cache',
}

/** Maximum milliseconds of a request; for large files, of a pause in which no byte arrives. */
export const TIMEOUT = 30_000
