/** @module The browser's own `fetch`, and request options that reveal nothing about the shopper. */

/** Only this module uses the global `fetch`; the linter enforces that. */
export const browserFetch: typeof globalThis.fetch = (...request) => fetch(...request)

export const PLAIN: RequestInit = {
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  redirect: 'error',
  cache: 'no-cache',
}

/** Maximum milliseconds of a request. For large files, the limit is milliseconds without a byte instead. */
export const TIMEOUT = 30_000
