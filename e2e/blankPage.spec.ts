/**
 * @module Tests that a shop's page and its worker send the same request headers as a blank page. From the blank page,
 * `nearside prove-egress` learns how the browser writes headers.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveBlankPage } from '@nearside/audit/egress/blankPage.ts'
import type { HttpRequest } from '@nearside/audit/egress/http.ts'
import { learnPlain } from '@nearside/audit/egress/plainRequests.ts'
import { expect, test } from 'playwright/test'

const SERVED: Readonly<Record<string, string>> = {
  '/worker.js': `import './needed.js'; import('./chosen.js').then(() => postMessage(0))`,
}

const asRead = ({ method = '', url = '', rawHeaders }: IncomingMessage): HttpRequest => ({
  ...{ method, target: url, body: Buffer.alloc(0) },
  headers: rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]]] : [])),
})

test('a shop’s worker imports files, at its start and later, with the same request headers as the blank page’s worker', async ({
  context,
}) => {
  const blank = await serveBlankPage()
  const shop = createServer(({ url = '/' }, answer) => {
    const type = url.endsWith('.js') ? 'text/javascript' : 'text/html'
    answer.writeHead(200, { 'content-type': type }).end(SERVED[url] ?? '')
  })
  shop.listen(0, 'localhost')
  await once(shop, 'listening')
  const { port } = shop.address() as AddressInfo
  const asked = new Map<number | undefined, HttpRequest[]>()
  const note = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage }
    const { localPort } = request.socket
    asked.set(localPort, [...(asked.get(localPort) ?? []), asRead(request)])
  }
  subscribe('http.server.request.start', note)
  try {
    await blank.look(context)
    const page = await context.newPage()
    await page.goto(`http://localhost:${port}/`)
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          new Worker('/worker.js', { type: 'module' }).onmessage = resolve
        }),
    )
    const plain = learnPlain(asked.get(blank.port) ?? [])
    const requests = asked.get(port) ?? []
    for (const path of ['/worker.js', '/needed.js', '/chosen.js'])
      expect(requests.map(({ target }) => target)).toContain(path)
    for (const request of requests) expect(plain.faultsOf(request), request.target).toEqual([])
  } finally {
    unsubscribe('http.server.request.start', note)
    shop.close()
    shop.closeAllConnections()
    blank.close()
  }
})
