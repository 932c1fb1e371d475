/** @module Two aggregators for tests, which sign the same task (a round's terms) and answer reports with receipts. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  exportSigningKeys,
  generateSigningKeys,
  receiptMessage,
  sign,
  taskMessage,
} from '@nearside/aggregate/privacy/signature.ts'
import { encodeResponse } from '@nearside/aggregate/protocol/binaryHttp.ts'
import { type Policy, policyHash } from '@nearside/aggregate/protocol/policy.ts'
import { parseHeader } from '@nearside/aggregate/protocol/report.ts'
import { OBLIVIOUS_RESPONSE, ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import { PROTOCOL } from '@nearside/aggregate/protocol/task.ts'
import { TEST_POLICY, TEST_RECIPIENTS } from '@nearside/aggregate/protocol/testPolicy.ts'
import { gatewayKeys, openRequest } from '@nearside/aggregate/server/gateway.ts'
import type { Recipients } from '@nearside/browser/contribution/terms.ts'
import { toBase64, utf8 } from '@nearside/core/bytes.ts'
import { SHARED_LENGTH } from '@nearside/core/learning/sharedUpdate.ts'

export interface Aggregators {
  readonly recipients: Recipients
  readonly server: Server
  /** Method and path of each request, including those inside sealed requests. */
  readonly asked: string[]
  /** Address, `Origin` and `User-Agent` of each client, in one line per client. */
  readonly askers: Set<string>
}

export async function openAggregators(): Promise<Aggregators> {
  const keys = await generateSigningKeys()
  const { publicKey, privateKey } = await exportSigningKeys(keys)
  const signing = toBase64(publicKey)
  const gateway = gatewayKeys(publicKey, privateKey)
  const latest = JSON.parse(readFileSync('public/models/latest.json', 'utf8'))
  const policy: Policy = {
    ...TEST_POLICY,
    model: { version: latest.version, hash: latest.manifest },
    parameters: { featureWeights: SHARED_LENGTH },
    leader: { ...TEST_POLICY.leader, signing },
    helper: { ...TEST_POLICY.helper, signing },
  }
  const hash = await policyHash(policy)
  const asked: string[] = []
  const askers = new Set<string>()
  async function answer(url: string, body: Buffer): Promise<[status: number, said: object]> {
    if (url === '/leader/v1/reports') {
      const bodyHash = createHash('sha256').update(body).digest()
      const signature = toBase64(await sign(keys, receiptMessage(bodyHash)))
      const { id, round } = parseHeader(body)
      return [201, { id, round, bodyHash: bodyHash.toString('hex'), signature }]
    }
    const role = url.startsWith('/leader') ? 'leader' : 'helper'
    const time = Date.now()
    const message = taskMessage({ role, round: 1, policyHash: hash, time })
    const signature = toBase64(await sign(keys, message))
    const said = { protocol: PROTOCOL, role, round: 1, state: 'open', policyHash: hash, policy }
    return [200, { ...said, time, signature }]
  }
  async function answerSealed(url: string, sealed: Buffer): Promise<Uint8Array> {
    const { message, seal } = openRequest(gateway, sealed)
    const inner = url.replace(ROUTES.gateway, message.path)
    asked.push(`${message.method} ${inner}, sealed`)
    const [status, said] = await answer(inner, Buffer.from(message.body))
    const headers = { 'content-type': 'application/json' }
    return seal(encodeResponse({ status, headers, body: utf8(JSON.stringify(said)) }))
  }
  const server = createServer(async (request, response) => {
    const { method, url = '', headers, socket } = request
    askers.add([socket.remoteAddress, headers.origin, headers['user-agent']].join(' '))
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    if (url.endsWith(ROUTES.gateway)) {
      const sealed = await answerSealed(url, Buffer.concat(parts))
      response.writeHead(200, { 'content-type': OBLIVIOUS_RESPONSE }).end(sealed)
      return
    }
    asked.push(`${method} ${url}`)
    const [status, said] = await answer(url, Buffer.concat(parts))
    response.writeHead(request.method === 'OPTIONS' ? 204 : status, {
      ...{ 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' },
      'content-type': 'application/json',
    })
    response.end(request.method === 'OPTIONS' ? '' : JSON.stringify(said))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const named = { leader: `${at}/leader`, helper: `${at}/helper` }
  const recipients = { ...TEST_RECIPIENTS, ...named, leaderKey: signing, helperKey: signing }
  return { recipients, server, asked, askers }
}
