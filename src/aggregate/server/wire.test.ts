/**
 * @module Tests truncated, malformed and endless messages: the servers count none of them, and still count good
 * reports.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { dimensionOf, type Policy } from '../protocol/policy.ts'
import { REPORT_MEDIA_TYPE, reportBytes } from '../protocol/report.ts'
import { ROUTES } from '../protocol/routes.ts'
import { TEST_POLICY } from '../protocol/testPolicy.ts'
import { createApp } from './app.ts'
import { listen } from './listen.ts'
import { createFederation } from './testFederation.ts'
import { report } from './testReports.ts'

const HEAD = `POST ${ROUTES.reports} HTTP/1.1\r\nHost: x\r\nContent-Type: ${REPORT_MEDIA_TYPE}\r\n`
const headOf = (body: Uint8Array) => `${HEAD}Content-Length: ${body.length}\r\n\r\n`

async function start() {
  const federation = await createFederation({ parameters: { aggregationGoal: 100 } })
  const { port, stop } = await listen(federation.app, '127.0.0.1', 0)
  onTestFinished(() => stop())
  return { federation, port }
}

/**
 * Sends these parts until the server closes the connection or no part is left.
 * @param ends whether the connection ends after the parts, before any answer
 * @returns the answer, and the number of bytes that the server took
 */
async function exchange(port: number, parts: Iterable<string | Uint8Array>, ends = false) {
  const socket = connect(port, '127.0.0.1')
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      answer += data
      resolve()
    })
  })
  socket.on('error', () => {})
  let sent = 0
  for (const part of parts) {
    if (socket.destroyed) break
    sent += part.length
    if (socket.write(part)) continue
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), gone])
  }
  if (!ends) await Promise.race([answered, gone])
  socket.end()
  await gone
  return { answer, status: Number(answer.split(' ')[1] ?? 0), sent }
}

async function cutOff(port: number, text: string, part: Uint8Array): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  await new Promise<void>((resolve) => void socket.write(part, () => resolve()))
  socket.resetAndDestroy()
}

it('the leader counts a report at most once, at whichever kilobyte the sender’s connection breaks', async () => {
  const { federation, port } = await start()
  const { body } = await report(federation, 1)
  for (let length = 0; length < body.length; length += 1024)
    await cutOff(port, headOf(body), body.subarray(0, length))
  // The sender sends the whole report, but closes the connection before the answer.
  for (let i = 0; i < 3; i++) await cutOff(port, headOf(body), body)
  const { status } = await exchange(port, [headOf(body), body])
  expect([200, 201]).toContain(status)
  expect((await federation.leader.store.current())?.counted).toBe(1)
  expect((await exchange(port, [headOf(body), body])).status).toBe(200)
})

const MEBIBYTE = new Uint8Array(2 ** 20)

function* endless(head: string, part: string | Uint8Array, most: number) {
  yield head
  for (let i = 0; i < most; i++) yield part
}

it.each([
  ['a gigabyte', `${HEAD}Content-Length: ${2 ** 30}\r\n\r\n`, MEBIBYTE],
  ['chunks without end', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, chunk(MEBIBYTE)],
])('the leader refuses %s without reading more than a report’s length', async (_, head, part) => {
  const { federation, port } = await start()
  const { status, sent } = await exchange(port, endless(head, part, 1024))
  expect(status).toBe(413)
  // The leader stopped reading, so the sender could only fill the two sockets' buffers, which are smaller than this.
  expect(sent).toBeLessThan(2 ** 25)
  const { body } = await report(federation, 1)
  expect((await exchange(port, [headOf(body), body])).status).toBe(201)
})

it('the leader takes the longer reports of a later round, and refuses anything longer than the newest round’s reports', async () => {
  const longer = { ...TEST_POLICY, parameters: { featureWeights: 4 * dimensionOf(TEST_POLICY) } }
  let policy: Policy = TEST_POLICY
  const leader = {
    store: { current: async () => ({ policy }) },
    accept: async () => ({ fresh: true, receipt: {} }),
  }
  const options = { origins: [], now: Date.now, reportsPerMinute: 100 }
  const app = createApp(leader as never, options)
  const statusOf = async (length: number) => {
    const headers = { 'content-type': REPORT_MEDIA_TYPE, 'content-length': `${length}` }
    const body = new Uint8Array(length)
    return (await app.request(ROUTES.reports, { method: 'POST', headers, body })).status
  }
  expect(await statusOf(reportBytes(TEST_POLICY))).toBe(201)
  expect(await statusOf(reportBytes(longer))).toBe(413)
  policy = longer
  expect(await statusOf(reportBytes(longer))).toBe(201)
  expect(await statusOf(2 * reportBytes(longer))).toBe(413)
})

function chunk(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}

const bomb = gzipSync(Buffer.alloc(2 ** 26))

it.each<[string, number, string, (string | Uint8Array)?, boolean?]>([
  ['gzip', 415, `${HEAD}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`, bomb],
  ['a header of a megabyte', 431, `${HEAD}X-A: ${'a'.repeat(2 ** 20)}\r\n\r\n`],
  [
    'a thousand headers of a kilobyte',
    431,
    `${HEAD}${`X-A: ${'a'.repeat(1024)}\r\n`.repeat(1000)}\r\n`,
  ],
  ['two lengths', 400, `${HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\n12345`],
  [
    'a length and chunks',
    400,
    `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'another coding than chunks',
    400,
    `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  ],
  ['a length that is no number', 400, `${HEAD}Content-Length: +4\r\n\r\n1234`],
  ['a space before the colon', 400, `${HEAD}Content-Length : 4\r\n\r\n1234`],
  ['a folded header', 400, `${HEAD}X-A: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
  ['lines without CR', 400, `${HEAD}Content-Length: 4\n\n1234`],
  [
    'a chunk longer than any',
    400,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`,
  ],
  ['a chunk of negative length', 400, `${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\n`],
  ['less than it announced', 400, `${HEAD}Content-Length: 4\r\n\r\n`, '12', true],
  ['no HTTP', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
])('the leader refuses %s', async (_, status, head, body = '', ends = false) => {
  const { federation, port } = await start()
  const { answer } = await exchange(port, [head, body], ends)
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, code]) => Number(code))
  expect(statuses).toEqual([status])
  const good = await report(federation, 1)
  expect((await exchange(port, [headOf(good.body), good.body])).status).toBe(201)
  expect((await federation.leader.store.current())?.counted).toBe(1)
})
