/** @module Proxy between the browser and the shop, which can remove the shop's security policies. */
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { Asked } from './twoShoppers.ts'

/** Headers that restrict where a page can send data. */
const POLICY =
  /^(content-security-policy.*|connection-allowlist.*|permissions-policy|referrer-policy|cross-origin-.*|strict-transport-security|integrity-policy.*)$/

const QUIET_MS = 10_000
const LONGEST_LOAD_MS = 120_000
const VALIDATORS: readonly string[] = ['etag', 'last-modified']

export type ShopProxy = Awaited<ReturnType<typeof startProxy>>

/**
 * @param at ports to listen on, at every address; 0: any port
 * @param upstreams socket path by requested host (`name:port`); requests to unknown hosts go to the first path, the
 * shop's
 */
export async function startProxy(
  at: Iterable<number>,
  upstreams: ReadonlyMap<string | undefined, string>,
) {
  const [upstream] = upstreams.values()
  let lifted = false
  let settled = false
  const first = new Set<string>()
  let asked: Asked[] = []
  let last = 0
  /** Validators (ETags and modification times) that the shop's server sent, as `host path validator`. */
  const given = new Set<string>()
  const servers = await Promise.all(Array.from(at, (port) => listenAt(port, pass)))
  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path, headers, rawHeaders } = incoming
    last = Date.now()
    const kind = String(headers['sec-fetch-dest'])
    asked.push({ line: [method, path, ...rawHeaders].join(' '), kind, settled })
    if (!settled && method === 'GET' && path) first.add(path)
    const socketPath = upstreams.get(headers.host) ?? upstream
    const passed = request({ socketPath, method, path, headers }, (from) => {
      for (const name of VALIDATORS)
        if (from.headers[name]) given.add(`${headers.host} ${path} ${from.headers[name]}`)
      const kept = from.rawHeaders.flatMap((name, at, all) =>
        at % 2 === 0 && !(lifted && POLICY.test(name.toLowerCase())) ? [name, all[at + 1]] : [],
      )
      answer.writeHead(from.statusCode ?? 502, kept)
      from.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    incoming.pipe(passed)
  }
  return {
    port: portOf(servers[0]),
    /** Paths of the GET requests before `settle` resolved, while the shop loaded. */
    first: first as ReadonlySet<string>,
    /** Waits until no request has come for a while, which means that the shop has loaded. */
    async settle(): Promise<void> {
      const end = Date.now() + LONGEST_LOAD_MS
      while (Date.now() < Math.min(end, last + QUIET_MS))
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 10))
      settled = true
    },
    begin: () => {
      settled = false
      asked = []
    },
    /** Requests since `begin`, in sequence of arrival. */
    asked: (): readonly Asked[] => asked,
    gave: (host: string, path: string, validator: string) =>
      given.has(`${host} ${path} ${validator}`),
    /** Starts or, with false, stops the removal of headers that restrict a page, so that a planted leak can get out. */
    lift: (next: boolean) => {
      lifted = next
    },
    async headers(): Promise<Readonly<Record<string, string>>> {
      const asking = request({ socketPath: upstream, path: '/', headers: { host: 'localhost' } })
      asking.end()
      const [answer] = await once(asking, 'response')
      answer.resume()
      return answer.headers
    },
  }
}

async function listenAt(port: number, pass: RequestListener): Promise<Server> {
  const server = createServer(pass)
  // The shop has no WebSocket, so every upgrade is refused.
  server.on('upgrade', (_, socket) => socket.destroy())
  server.listen(port)
  await once(server, 'listening')
  return server
}

type Certificate = ReturnType<typeof makeCertificate>

/**
 * Makes a certificate for this run.
 * @returns the key, the certificate, and `trust`: the switch that makes Chromium accept it
 */
export function makeCertificate(names: readonly string[], folder: string) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(folder, file))
  const all = `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`
  const subject = ['-subj', '/CN=nearside', '-addext', all, '-days', '2']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' })
  const pem = readFileSync(cert)
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(spki).digest('base64')
  const trust = `--ignore-certificate-errors-spki-list=${hash}`
  return { key: readFileSync(key), cert: pem, trust }
}

/**
 * Ends TLS and forwards the plain bytes to `port`, where the capture can read them.
 * @returns the port for TLS
 */
export async function startTlsEnd({ key, cert }: Certificate, tlsPort: number, port: number) {
  const server = createTlsServer({ key, cert }, (secure) => {
    const plain = connect(port, '127.0.0.1')
    for (const socket of [secure, plain]) socket.on('error', () => socket.destroy())
    secure.pipe(plain).pipe(secure)
  })
  server.listen(tlsPort)
  await once(server, 'listening')
  return portOf(server)
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
