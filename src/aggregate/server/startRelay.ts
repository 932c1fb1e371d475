/** @module Starts a relay process: it needs no keys, no store and no clock. */
import { trustedProxies } from './clientAddress.ts'
import { clientAddress, listen } from './listen.ts'
import { createRelay, type RelayOptions } from './relay.ts'

interface RelayServerOptions extends Pick<RelayOptions, 'targets' | 'origins' | 'perMinute'> {
  readonly host: string
  /** TCP port; 0: any free port. */
  readonly port: number
  /** Addresses and networks of trusted proxies; the server uses their `X-Forwarded-For`. */
  readonly trustedProxies: readonly string[]
}

/** @throws NearsideError `input-invalid` where the port is in use */
export async function startRelay({
  host,
  port,
  trustedProxies: list,
  ...rest
}: RelayServerOptions) {
  const isTrusted = trustedProxies(list)
  const app = createRelay({
    ...rest,
    fetch,
    now: Date.now,
    clientAddress: clientAddress(isTrusted),
  })
  return listen(app, host, port, isTrusted)
}
