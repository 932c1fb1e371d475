/** @module A relay as a process runs it: no keys, no store, no clock. */
import { NearsideError } from '../../core/error.ts'
import { trustedProxies } from './clientAddress.ts'
import { clientAddress, listen } from './listen.ts'
import { createRelay } from './relay.ts'

interface RelayServerOptions {
  /** URLs of the servers whose gateways it calls. */
  readonly targets: readonly string[]
  /** Of shops whose pages may call it; null: any. */
  readonly origins: readonly string[] | null
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Requests of one address. */
  readonly perMinute: number
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
}

/** @throws NearsideError `input-invalid` for a port in use */
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
