/** @module Serves a shop and its vault on servers of the test, which record all requests. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Persist } from '@nearside/browser/persists.ts'
import type { Page } from 'playwright/test'
import { createStaticServer } from '../scripts/static.ts'
import { createVaultServer, type VaultSite } from '../scripts/vaultServer.ts'

/** Address of the shop with a vault that `playwright.config.ts` starts for all tests. */
export const SHOP_IN_VAULT = `http://localhost:${process.env.NEARSIDE_E2E_PORT ?? 8800}`

export interface VaultShop {
  readonly shop: string
  readonly vault: string
  /** Requests to the vault's server, and to the shop's. */
  readonly asked: string[]
  readonly askedOfShop: string[]
}

export const open: Server[] = []

export function closeVaultShops(): void {
  for (const server of open.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/**
 * @param changes returns changes to the vault's default options
 * @param root folder of the built shop
 * @param federation servers that shoppers may agree to contribute to
 */
export async function openVaultShop(
  changes: (site: VaultSite) => Partial<VaultSite> = () => ({}),
  root = 'dist/demo',
  federation: Parameters<typeof createStaticServer>[0]['federation'] = null,
  persist: Persist = 'always',
): Promise<VaultShop> {
  const servers = [createServer(), createServer()]
  const [shop, vault] = [await listen(servers[0]), await listen(servers[1])]
  const { relay, leader } = federation ?? {}
  const outside = [shop, relay ?? leader].flatMap((url) => (url ? [new URL(url).origin] : []))
  const recipients = federation ?? undefined
  const site = { root: 'dist/vault', shops: [shop], outside, recipients }
  const [askedOfShop, asked] = servers.map((server) => {
    const lines: string[] = []
    server.on('request', ({ method, url }) => lines.push(`${method} ${url}`))
    return lines
  })
  const ends = [
    createStaticServer({
      root,
      models: 'public/models',
      federation,
      persist,
      vault: `${vault}/vault.html`,
    }),
    createVaultServer({ ...site, ...changes(site) }),
  ]
  for (const [at, end] of ends.entries())
    for (const listener of end.listeners('request'))
      servers[at].on('request', listener as () => void)
  open.push(...servers)
  return { shop, vault, asked, askedOfShop }
}

/** Waits for the vault's worker in this page. */
export async function vaultWorker(page: Page, vault: string) {
  const isVaults = (url: string) => url.startsWith(`${vault}/`)
  const known = page.workers().find((worker) => isVaults(worker.url()))
  return known ?? page.waitForEvent('worker', (worker) => isVaults(worker.url()))
}
