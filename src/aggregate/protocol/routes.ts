/** @module Paths of both aggregators, relative to the URL that a shop configures. */

/** Paths for devices and for people. */
export const ROUTES = {
  /** GET: the current round and its policy. */
  task: '/v1/task',
  /** POST to the leader: one report. */
  reports: '/v1/reports',
  /** POST to the leader: a token request, if tokens cost work. */
  tokens: '/v1/tokens',
  /** GET: past and present rounds. */
  rounds: '/v1/rounds',
  /** GET from the helper: signed list of the round's report ids, as salted hashes. */
  reached: '/v1/rounds/{round}/reports',
  health: '/v1/health',
  /** Helper only. GET: published models that it has signed. POST: signs a model. */
  models: '/v1/models',
  /** POST, from oblivious relays only: a sealed request for `task`, `tokens` or `reports` (RFC 9458). */
  gateway: '/v1/gateway',
  /** GET: the public key to which devices seal requests that a relay forwards, `application/ohttp-keys`. */
  gatewayKeys: '/v1/ohttp-keys',
  /** GET: the operator's metrics, in Prometheus' text format. */
  metrics: '/metrics',
  /** GET from the leader: the shop owner's page, and the JSON that it loads with the owner's token. */
  ownerPage: '/owner',
  owner: '/v1/owner',
} as const

/** Number of a round, or its placeholder in a server's route. */
type Round = number | ':round{[0-9]{1,9}}'

/** Paths between the two aggregators. The leader signs every request. */
export const PEER_ROUTES = {
  /** GET from the leader or the helper: its public keys. */
  keys: '/v1/keys',
  /** POST to the helper: the leader proposes a round and its policy. */
  propose: (round: Round) => `/v1/peer/rounds/${round}`,
  /** POST to the helper: the parts of reports that are for the helper, concatenated. */
  shares: (round: Round) => `/v1/peer/rounds/${round}/shares`,
  /** POST to the helper: requests the release of a full round. The helper answers with its noised sum. */
  release: (round: Round) => `/v1/peer/rounds/${round}/release`,
} as const

export const SHARES_MEDIA_TYPE = 'application/vnd.nearside.shares'
export const OBLIVIOUS_REQUEST = 'message/ohttp-req'
export const OBLIVIOUS_RESPONSE = 'message/ohttp-res'
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'
/** Header with a base64 Ed25519 signature over method, path and SHA-256 of the body. */
export const SIGNATURE_HEADER = 'Nearside-Signature'

export function endpoint(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`
}

/** Last part of a relay's URL: the URL of the aggregator behind it, without scheme, percent-encoded. */
export const relayName = (base: string): string =>
  base.replace(/^https?:\/\//, '').replace(/\/+$/, '')
