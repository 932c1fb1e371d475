/** @module The browser's own `fetch`, and how everything of ours is asked for: it tells nothing. */

/** The only place that names it; the linter keeps it so. */
export const browserFetch: typeof globalThis.fetch = (...request) => fetch(...request)

/** No cookies, no referrer, no redirects. */
export const PLAIN: RequestInit = {
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  redirect: 'error',
  cache: 'no-cache',
}

/** Milliseconds after which a request is given up; of silence, where a device asks for a large file. */
export const TIMEOUT = 30_000
