/** @module Starts a relay process: it needs no keys, no store and no clock. */
import { NearsideError } from '@nearside/core/error.ts'
import { trustedProxies } from './clientAddress.ts'
import { clientAddress, listen } from './listen.ts'
import { createRelay } from './relay.ts'

interface RelayServerOptions {
  /** URLs of the servers whose gateways the relay calls. */
  readonly targets: readonly string[]
  /** Origins of shops whose pages may call it; null: any origin. */
  readonly origins: readonly string[] | null
  readonly host: string
  /** TCP port; 0: any free port. */
  readonly port: number
  /** Most requests per minute of one address. */
  readonly perMinute: number
  /** Addresses and networks of trusted proxies; the server uses their `X-Forwarded-For`. */
  readonly trustedProxies: readonly string[]
}

/** @throws NearsideError `input-invalid` where the port is in use */
export async function startRelay({ host, port, ...options }: RelayServerOptions) {
  const isTrusted = trustedProxies(options.trustedProxies)
  const app = createRelay({
    ...{ ...options, fetch, now: Date.now },
    clientAddress: clientAddress(isTrusted),
  })
  return listen(app, host, port, isTrusted).catch((thrown) => {
    throw NearsideError.from(thrown, 'input-invalid', `Port ${port} can’t be used`)
  })
}
