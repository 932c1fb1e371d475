/**
 * @module Sets up network, proxy and browser so that all outgoing data are observed, by a packet capture in a network
 * namespace, or by the browser's own network log.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { serveBlankPage } from './blankPage.ts'
import { type Sent, sentBy } from './flows.ts'
import { furnishJail, startCapture, startCollector, startResolver } from './jail.ts'
import type { Rules } from './judge.ts'
import { type Order, sitesOf } from './order.ts'
import { makeCertificate, type ShopProxy, startProxy, startTlsEnd } from './proxy.ts'
import type { Watched } from './stages.ts'

interface Ground extends Pick<Rules, 'shopAt' | 'nameOf'> {
  readonly proxy: ShopProxy
  readonly blankPage: Awaited<ReturnType<typeof serveBlankPage>>
  /** Makes the DNS server refuse names that the browser requests by itself. */
  refuse(names: Iterable<string>): void
  /**
   * Starts a browser with a new profile.
   * @param eager whether the browser connects ahead of time, as a shopper's browser does
   */
  watch(eager?: boolean): Promise<Watched>
}

/** URL of a page without content, which shows what the browser requests by itself. */
export const BLANK = 'http://blank.test/'
/** Ports to which probes (scripts that try to leak) send their texts: 80 and 443 for pages, 3479 for TURN over TCP. */
const COLLECTED = [80, 443, 3479]
/** Port at which the decrypted traffic of an https shop can be captured. */
const PLAIN_PORT = 18_080

/** Longest time of one step on a busy machine, milliseconds. */
const PATIENCE_MS = 120_000

/** Launches the browser with a profile on disk, because a private window makes fewer connections ahead of time. */
async function launch(order: Order, run: number, more: string[], eager: boolean) {
  const context = await chromium.launchPersistentContext(join(order.folder, `profile ${run}`), {
    executablePath: order.browser,
    args: [...order.args, ...more],
    // By default, Playwright switches off connections that a browser makes ahead of time; an eager browser makes them.
    ignoreDefaultArgs: eager ? ['--disable-background-networking'] : [],
    timeout: PATIENCE_MS,
  })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

function addressOf({ hostname, protocol, port, host }: URL) {
  const secure = protocol === 'https:'
  return { hostname, host, secure, port: Number(port || (secure ? 443 : 80)) }
}

const upstreamsOf = (order: Order) =>
  new Map(sitesOf(order).map(({ host }, at) => [host, order.upstreams[at]] as const))

/** Observes the browser by packet capture, in the network namespace that `unshare` has made. */
export async function inJail(order: Order): Promise<Ground> {
  const { folder } = order
  const sites = sitesOf(order).map(addressOf)
  furnishJail(folder)
  const { addressOf: nameAddress, nameOf, refuse } = await startResolver()
  const ports = new Set(sites.map(({ secure, port }) => (secure ? PLAIN_PORT : port)))
  const proxy = await startProxy(ports, upstreamsOf(order))
  const secure = sites.filter((site) => site.secure)
  const names = secure.map(({ hostname }) => hostname)
  const certificate = secure.length > 0 ? makeCertificate(names, folder) : null
  const tlsPorts = new Set(secure.map(({ port }) => port))
  if (certificate) for (const port of tlsPorts) await startTlsEnd(certificate, port, PLAIN_PORT)
  for (const other of COLLECTED)
    if (!ports.has(other) && !tlsPorts.has(other)) await startCollector(other)
  const doorsOf = ({ hostname, port }: (typeof sites)[number]) =>
    (/^(.*\.)?localhost$/.test(hostname)
      ? ['127.0.0.1', '[::1]']
      : [hostname, nameAddress(hostname)]
    ).map((address) => `${address}:${port}`)
  // Encrypted connections to an https site are left out, because the proxy forwards the same bytes decrypted.
  const closed = secure.flatMap(doorsOf)
  const read = (sent: Sent[]) => sent.filter(({ to }) => !closed.includes(to))
  const shopAt = [
    ...sites.filter((site) => !site.secure).flatMap(doorsOf),
    ...(certificate ? [`127.0.0.1:${PLAIN_PORT}`] : []),
  ]
  let runs = 0
  return {
    ...{ proxy, nameOf, refuse, shopAt, blankPage: await serveBlankPage() },
    async watch(eager = false) {
      const capture = await startCapture(join(folder, `${++runs}.pcap`))
      const trust = certificate ? [certificate.trust] : []
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

/**
 * Observes the browser by its own network log, without root. Only the shop's names resolve, so nothing else leaves this
 * machine.
 */
export async function byLog(order: Order): Promise<Ground> {
  const { folder } = order
  const sites = sitesOf(order).map(addressOf)
  const proxy = await startProxy([0], upstreamsOf(order))
  const names = sites.filter(({ secure }) => secure).map(({ hostname }) => hostname)
  const certificate = names.length > 0 ? makeCertificate(names, folder) : null
  const tls = certificate && (await startTlsEnd(certificate, 0, proxy.port))
  const doors = sites.map(({ secure }) => `127.0.0.1:${secure ? tls : proxy.port}`)
  const maps = sites.map(({ hostname, port }, at) => `MAP ${hostname}:${port} ${doors[at]}`)
  const blankPage = await serveBlankPage()
  const blank = [
    `MAP ${new URL(BLANK).host}:80 127.0.0.1:${await startCollector(0)}`,
    ...blankPage.hosts.map((host) => `MAP ${host} 127.0.0.1:${blankPage.port}`),
  ]
  const rules = `--host-resolver-rules=${[...maps, ...blank, 'MAP * ~NOTFOUND'].join(', ')}`
  const hosts = sites.map(({ host }) => host)
  const trust = certificate ? [certificate.trust] : []
  let runs = 0
  return {
    ...{ proxy, shopAt: doors, nameOf: () => undefined, refuse() {}, blankPage },
    async watch(eager = false) {
      const log = join(folder, `${++runs}.json`)
      const logged = [`--log-net-log=${log}`, '--net-log-capture-mode=Everything']
      const context = await launch(order, runs, [...logged, rules, ...trust], eager)
      const isShop = (address: string) => hosts.includes(new URL(address).host)
      const read = () => (existsSync(log) ? readNetLog(readFileSync(log, 'utf8'), isShop) : [])
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

interface Log {
  readonly constants: {
    readonly logEventTypes: Readonly<Record<string, number>>
    readonly timeTickOffset: number | string
  }
  readonly events: readonly {
    readonly type: number
    readonly source: { readonly id: number }
    readonly time: string
    readonly params?: Readonly<Record<string, unknown>>
  }[]
}

/**
 * Data that the browser sent, read from the browser's own network log. The log lacks names that the browser looks up
 * only for WebRTC or for a resource hint.
 * @see https://www.chromium.org/developers/design-documents/network-stack/netlog/
 * @param text the log, perhaps still incomplete
 * @param isShop whether a URL is the shop's; the bytes of such requests are judged
 */
export function readNetLog(text: string, isShop: (url: string) => boolean): Sent[] {
  const { constants, events } = parse(text)
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]))
  const sockets = new Map<number, { to: string; secure: Buffer[]; plain: Buffer[]; time: number }>()
  const sent: Sent[] = []
  for (const { type, source, time: tick, params = {} } of events) {
    const time = Number(constants.timeTickOffset) + Number(tick)
    const name = names.get(type) ?? ''
    const bytes = Buffer.from(String(params.bytes ?? ''), 'base64')
    const to = String(params.address ?? '')
    const socket = sockets.get(source.id)
    if (/^(TCP_CONNECT_ATTEMPT|UDP_CONNECT)$/.test(name) && to !== '')
      sockets.set(source.id, { to, secure: [], plain: [], time })
    else if (name === 'SOCKET_BYTES_SENT') socket?.plain.push(bytes)
    else if (name === 'SSL_SOCKET_BYTES_SENT') socket?.secure.push(bytes)
    else if (name === 'UDP_BYTES_SENT')
      sent.push({ time, protocol: 'udp', to: to || (socket?.to ?? ''), bytes, torn: false })
    else if (/^(URL_REQUEST_START_JOB|HTTP_STREAM_JOB_CONTROLLER)$/.test(name) && params.url) {
      const url = String(params.url)
      if (/^(https?|wss?):/.test(url) && !isShop(url))
        sent.push({ time, protocol: 'name', to: url, bytes: Buffer.from(url), torn: false })
    }
  }
  for (const { to, secure, plain, time } of sockets.values())
    if (secure.length + plain.length > 0) {
      const bytes = Buffer.concat(secure.length > 0 ? secure : plain)
      sent.push({ time, protocol: 'tcp', to, bytes, torn: false })
    }
  return sent.sort((a, b) => a.time - b.time)
}

/** Parses the log, JSON with one event per line. While the browser is open, the closing brackets are missing. */
function parse(text: string): Log {
  try {
    return JSON.parse(text)
  } catch {
    const whole = text.slice(0, text.lastIndexOf(',\n'))
    return whole.includes('"events"')
      ? JSON.parse(`${whole}]}`)
      : { constants: { logEventTypes: {}, timeTickOffset: 0 }, events: [] }
  }
}
