/** @module Two aggregators for tests of a page: they sign one task, and give receipts for what arrives. */
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
} from '../src/aggregate/privacy/signature.ts'
import { type Policy, policyHash } from '../src/aggregate/protocol/policy.ts'
import { parseHeader } from '../src/aggregate/protocol/report.ts'
import { PROTOCOL } from '../src/aggregate/protocol/task.ts'
import { TEST_POLICY, TEST_RECIPIENTS } from '../src/aggregate/protocol/testPolicy.ts'
import { toBase64 } from '../src/core/bytes.ts'
import { SHARED_LENGTH } from '../src/core/personal/sharedUpdate.ts'
import type { Recipients } from '../src/device/upload/terms.ts'

export interface Aggregators {
  readonly recipients: Recipients
  readonly server: Server
  /** Method and path of each request. */
  readonly asked: string[]
}

export async function openAggregators(): Promise<Aggregators> {
  const keys = await generateSigningKeys()
  const signing = toBase64((await exportSigningKeys(keys)).publicKey)
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
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const [status, said] = await answer(request.url ?? '', Buffer.concat(parts))
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
  return { recipients, server, asked }
}
