/** @module Where a proof stands: in a network namespace with all packets, or on the browser's own word. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { type Sent, sentBy } from './flows.ts'
import { furnishJail, startCapture, startCollector, startResolver } from './jail.ts'
import type { Rules } from './judge.ts'
import { readNetLog } from './netLog.ts'
import type { Order } from './order.ts'
import { type ShopProxy, startProxy, startTlsEnd } from './proxy.ts'
import type { Watched } from './stages.ts'

export interface Ground extends Pick<Rules, 'shopAt' | 'nameOf'> {
  readonly proxy: ShopProxy
  /** Names that the browser asks for by itself: from now on it gets no answer. */
  refuse(names: Iterable<string>): void
  /** Starts a browser with a profile of its own. @param eager connecting ahead of time, as a shopper's does */
  watch(eager?: boolean): Promise<Watched>
}

/** Nobody's page, at which the browser shows what it asks for by itself. */
export const BLANK = 'http://blank.test/'
/** Of what the probes try: pages, TURN over TCP. */
const COLLECTED = [80, 443, 3479]
/** Where a secure shop is spoken to in the clear. */
const PLAIN_PORT = 18_080

/** How long a busy machine may take for a step. */
const PATIENCE_MS = 120_000

/** A profile on disk: a private window of a browser does less ahead of time. */
async function launch(order: Order, run: number, more: string[], eager: boolean) {
  const context = await chromium.launchPersistentContext(join(order.folder, `profile ${run}`), {
    executablePath: order.browser,
    args: [...order.args, ...more],
    // Playwright starts a browser that connects to nobody ahead of time.
    ignoreDefaultArgs: eager ? ['--disable-background-networking'] : [],
    timeout: PATIENCE_MS,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

function addressOf(url: string) {
  const { hostname, protocol, port } = new URL(url)
  const secure = protocol === 'https:'
  return { hostname, secure, port: Number(port || (secure ? 443 : 80)) }
}

/** Inside a network namespace that `unshare` made. */
export async function inJail(order: Order): Promise<Ground> {
  const { folder, upstream } = order
  const { hostname, secure, port } = addressOf(order.url)
  furnishJail(folder)
  const { shopAddress, nameOf, refuse } = await startResolver(hostname)
  const plain = secure ? PLAIN_PORT : port
  const proxy = await startProxy(plain, upstream)
  const trust = secure ? [(await startTlsEnd(hostname, port, plain, folder)).trust] : []
  for (const other of COLLECTED) if (other !== port && other !== plain) await startCollector(other)
  const addresses = hostname === 'localhost' ? ['127.0.0.1', '[::1]'] : [hostname, shopAddress]
  const doors = addresses.map((address) => `${address}:${port}`)
  // What goes to a secure shop follows in the clear.
  const read = (sent: Sent[]) => (secure ? sent.filter(({ to }) => !doors.includes(to)) : sent)
  let runs = 0
  return {
    ...{ proxy, nameOf, refuse, shopAt: secure ? [`127.0.0.1:${plain}`] : doors },
    async watch(eager = false) {
      const capture = await startCapture(join(folder, `${++runs}.pcap`))
      const context = await launch(order, runs, trust, eager)
      return {
        context,
        sent: async () => read(sentBy(capture.packets())),
        async end() {
          await context.close()
          return read(sentBy(await capture.end()))
        },
      }
    },
  }
}

/** Without root: no name but the shop's has an address, so that nothing leaves this machine either. */
export async function byLog(order: Order): Promise<Ground> {
  const { folder, upstream, url } = order
  const { hostname, secure, port } = addressOf(url)
  const proxy = await startProxy(0, upstream)
  const tls = secure ? await startTlsEnd(hostname, 0, proxy.port, folder) : null
  const door = tls?.port ?? proxy.port
  const blank = `MAP ${new URL(BLANK).host}:80 127.0.0.1:${await startCollector(0)}`
  const names = `MAP ${hostname}:${port} 127.0.0.1:${door}, ${blank}, MAP * ~NOTFOUND`
  const { host } = new URL(url)
  let runs = 0
  return {
    ...{ proxy, shopAt: [`127.0.0.1:${door}`], nameOf: () => undefined, refuse() {} },
    async watch(eager = false) {
      const log = join(folder, `${++runs}.json`)
      const logged = [`--log-net-log=${log}`, '--net-log-capture-mode=Everything']
      const rules = `--host-resolver-rules=${names}`
      const trust = tls ? [tls.trust] : []
      const context = await launch(order, runs, [...logged, rules, ...trust], eager)
      const read = () =>
        existsSync(log)
          ? readNetLog(readFileSync(log, 'utf8'), (address) => new URL(address).host === host)
          : []
      return {
        context,
        sent: async () => read(),
        async end() {
          await context.close()
          return read()
        },
      }
    },
  }
}
