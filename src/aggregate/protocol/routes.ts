/** @module Paths of both aggregators, below the URL that a shop configures. */

/** For devices and for people. */
export const ROUTES = {
  /** GET: the open round and its policy. */
  task: '/v1/task',
  /** POST to the leader: one report. */
  reports: '/v1/reports',
  /** POST to the leader: a request for a token, where these cost work. */
  tokens: '/v1/tokens',
  /** GET: past and present rounds. */
  rounds: '/v1/rounds',
  /** GET of the helper, below a round's number: salted hashes of its reports' ids, signed. */
  reached: '/v1/rounds/{round}/reports',
  health: '/v1/health',
  /** Of the helper. GET: published models that it has signed; POST: has one signed. */
  models: '/v1/models',
  /** POST of an oblivious relay alone: a sealed request for `task`, `tokens` or `reports` (RFC 9458). */
  gateway: '/v1/gateway',
  /** GET: the key that such requests are sealed to, `application/ohttp-keys`. */
  gatewayKeys: '/v1/ohttp-keys',
  /** GET: the operator's numbers, in Prometheus' text format. */
  metrics: '/metrics',
} as const

/** Between the two aggregators; every request is signed by the leader. */
export const PEER_ROUTES = {
  /** GET: the public keys of either. */
  keys: '/v1/keys',
  /** POST: the leader proposes a round and its policy. */
  propose: (round: number) => `/v1/peer/rounds/${round}`,
  /** POST: helper parts of reports, one after another. */
  shares: (round: number) => `/v1/peer/rounds/${round}/shares`,
  /** POST: the round is full; answered with the helper's noised sum. */
  release: (round: number) => `/v1/peer/rounds/${round}/release`,
} as const

export const SHARES_MEDIA_TYPE = 'application/vnd.nearside.shares'
/** Sealed by RFC 9458, and the answer to it. */
export const OBLIVIOUS_REQUEST = 'message/ohttp-req'
export const OBLIVIOUS_RESPONSE = 'message/ohttp-res'
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
/** Base64 Ed25519 signature over method, path and SHA-256 of the body. */
export const SIGNATURE_HEADER = 'Nearside-Signature'

/** Joins an aggregator's URL, with or without a closing slash, and a path. */
export function endpoint(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`
}

/** The last part of a relay's address for an aggregator: its URL without scheme, percent-encoded. */
export const relayName = (base: string): string =>
  base.replace(/^https?:\/\//, '').replace(/\/+$/, '')
