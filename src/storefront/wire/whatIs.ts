/** @module Says in a few words what a request is for, judging by its address. */

/** Kinds of requests; each has an interface text `wire.is.…`. */
const KINDS = {
  serviceWorker: /^\/sw\.js$/,
  products: /^\/catalog\/(catalog|live)\.json$/,
  pictures: /^\/catalog\/pictures\.json$/,
  prices: /^\/catalog\/history\.json$/,
  settings: /^\/federation\.json$/,
  order: /^\/orders$/,
  modelCheck: /^\/models\/latest\.json$/,
  model: /^\/models\//,
  update: /^\/v1\/reports$/,
  token: /^\/v1\/tokens$/,
  terms: /^\/v1\//,
  replay: /^\/(replay\/|assets\/replay)/,
  learning: /^\/assets\/(worker|learn|lockedWorker|onDemand|contribute|serve)\b.*\.js$/,
  search: /^\/assets\/search.*\.js$/,
  arithmetic: /\.wasm$|^\/assets\/\w*[eE]ngine\b.*\.js$/,
  program: /^\/assets\/.*\.js$/,
  looks: /^\/assets\/.*\.css$/,
  type: /\.woff2$/,
  name: /\.webmanifest$/,
  hashes: /^\/assets\/waict-/,
  picture: /\.(svg|png|webp|ico|jpg)$/,
  vault: /^\/vault\.html$/,
  page: /^\/([^.]*|shell\.html)$/,
} as const

export type RequestKind = keyof typeof KINDS | 'other'

/** @param address absolute URL */
export function whatIs(address: string): RequestKind {
  const { pathname } = new URL(address)
  const found = Object.entries(KINDS).find(([, pattern]) => pattern.test(pathname))
  return (found?.[0] as RequestKind | undefined) ?? 'other'
}
