/** @module Stands where the browser looks for the shop, and passes on what it asks; lifts the shop's policy on demand. */
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

/** What keeps a page from sending things where it likes. */
const POLICY =
  /^(content-security-policy.*|connection-allowlist.*|permissions-policy|referrer-policy|cross-origin-.*|strict-transport-security|integrity-policy.*)$/

export type ShopProxy = Awaited<ReturnType<typeof startProxy>>

/**
 * @param at port where it listens, at every address; 0: any
 * @param upstream path of the socket behind which the shop is
 */
export async function startProxy(at: number, upstream: string) {
  let lifted = false
  let settled = false
  const first = new Set<string>()
  const server = createServer((asked, answer) => {
    const { method, url: path, headers } = asked
    if (!settled && method === 'GET' && path) first.add(path)
    const passed = request({ socketPath: upstream, method, path, headers }, (given) => {
      const kept = given.rawHeaders.flatMap((name, at, all) =>
        at % 2 === 0 && !(lifted && POLICY.test(name.toLowerCase())) ? [name, all[at + 1]] : [],
      )
      answer.writeHead(given.statusCode ?? 502, kept)
      given.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  // A WebSocket to the shop, which has none.
  server.on('upgrade', (_, socket) => socket.destroy())
  server.listen(at)
  await once(server, 'listening')
  return {
    port: portOf(server),
    /** Paths that were asked for by plain GETs until `settle`. */
    first: first as ReadonlySet<string>,
    settle: () => {
      settled = true
    },
    /** Leaves the headers out that restrict a page, so that a planted leak can get out. */
    lift: (next: boolean) => {
      lifted = next
    },
    /** Of the shop's home page, as the shop sent them. */
    async headers(): Promise<Readonly<Record<string, string>>> {
      const asking = request({ socketPath: upstream, path: '/', headers: { host: 'localhost' } })
      asking.end()
      const [answer] = await once(asking, 'response')
      answer.resume()
      return answer.headers
    },
  }
}

/**
 * TLS ends here, with a certificate made for the run, and goes on in the clear to `port`, where the capture
 * can be read. @returns `trust`, what makes Chromium take it
 */
export async function startTlsEnd(name: string, tlsPort: number, port: number, folder: string) {
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(folder, file))
  const subject = ['-subj', '/CN=nearside', '-addext', `subjectAltName=DNS:${name}`, '-days', '2']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' })
  const pem = readFileSync(cert)
  const server = createTlsServer({ key: readFileSync(key), cert: pem }, (secure) => {
    const plain = connect(port, '127.0.0.1')
    for (const socket of [secure, plain]) socket.on('error', () => socket.destroy())
    secure.pipe(plain).pipe(secure)
  })
  server.listen(tlsPort)
  await once(server, 'listening')
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(spki).digest('base64')
  return { port: portOf(server), trust: `--ignore-certificate-errors-spki-list=${hash}` }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
