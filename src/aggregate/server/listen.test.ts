import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from './listen.ts'

const body = (app: OpenAPIHono) => app.post('/', async (c) => c.text(await c.req.text()))

async function start(prepare: (app: OpenAPIHono) => unknown) {
  const app = new OpenAPIHono()
  app.onError((_, c) => c.text('', 503))
  prepare(app)
  const listening = await listen(app, '127.0.0.1', 0)
  onTestFinished(() => listening.stop())
  return listening
}

/** Opens a connection, sends this text and then nothing. */
async function hang(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

it.each([
  ['headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ['bodies', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1'],
])(
  'a server answers good requests while 530 connections of one address hold back their %s',
  async (_, text) => {
    const { port } = await start(body)
    for (let i = 0; i < 530; i++) await hang(port, text)
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: `${i}` })
      expect(await answer.text()).toBe(`${i}`)
    }
  },
)

it('a server keeps a slow upload open while many idle connections are closed', async () => {
  const { port } = await start(body)
  const upload = await hang(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n')
  let answer = ''
  upload.on('data', (part) => {
    answer += part
  })
  for (let sent = 0; sent < 400; sent++) {
    await hang(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1')
    upload.write('x')
  }
  await expect.poll(() => answer, { timeout: 20_000 }).toContain('x'.repeat(400))
  expect(answer).toMatch(/^HTTP\/1.1 200/)
})

describe('connections of one address beyond the 64 that are being answered', () => {
  /** A server whose requests wait until `answer` is called; 64 requests are waiting. */
  async function startFull() {
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    const full = { waiting: 0, answer }
    const { port } = await start((app) =>
      app.post('/', async (c) => {
        const text = await c.req.text()
        if (text === 'wait') {
          full.waiting++
          await answered
        }
        return c.text('whole')
      }),
    )
    return Object.assign(full, { port })
  }

  const send = (port: number, body: string | Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, host: '127.0.0.1', method: 'POST', agent: false }, (response) => {
        response.resume()
        resolve(response)
      })
        .on('error', reject)
        .end(body)
    })

  it('connections beyond the 64 that are being answered get 503 with Retry-After, without a reset, until the 64 are answered', async () => {
    const { port, answer } = await startFull()
    const refused: IncomingMessage[] = []
    const all = Array.from({ length: 150 }, () =>
      send(port, 'wait').then((response) => {
        if (response.statusCode === 503) refused.push(response)
        return response
      }),
    )
    await expect.poll(() => refused.length, { timeout: 20_000 }).toBe(86)
    for (const { headers } of refused) {
      expect(headers['content-type']).toBe('application/problem+json')
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
    answer()
    const statuses = (await Promise.all(all)).map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 200)).toHaveLength(64)
    expect((await send(port, 'again')).statusCode).toBe(200)
  })

  it('connections after the 64th get 503 even while they still send, and are closed', async () => {
    const full = await startFull()
    const { port, answer } = full
    const waiting = Array.from({ length: 64 }, () => send(port, 'wait'))
    await expect.poll(() => full.waiting, { timeout: 20_000 }).toBe(64)
    expect((await send(port, Buffer.alloc(700_000))).statusCode).toBe(503)
    const silent = await Promise.all(Array.from({ length: 300 }, () => hang(port, '')))
    const endless = await Promise.all(
      Array.from({ length: 3 }, () => hang(port, 'POST / HTTP/1.1\r\nContent-Length: 9999999\r\n')),
    )
    const more = setInterval(() => {
      for (const socket of endless) if (socket.writable) socket.write('x'.repeat(1000))
    }, 5)
    onTestFinished(() => clearInterval(more))
    const open = () => [...silent, ...endless].filter((socket) => !socket.closed).length
    await expect.poll(open, { timeout: 20_000 }).toBe(0)
    answer()
    expect((await Promise.all(waiting)).map(({ statusCode }) => statusCode)).toEqual(
      Array(64).fill(200),
    )
  })
})

it('the 65th connection does not cut off a request that is being answered', async () => {
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { port } = await start((app) =>
    app.get('/', async (c) => {
      await answered
      return c.text('whole')
    }),
  )
  const running = fetch(`http://127.0.0.1:${port}`)
  await hang(port, 'GET / HTTP/1.1\r\n')
  for (let i = 0; i < 100; i++) await hang(port, 'GET / HTTP/1.1\r\n')
  answer()
  expect(await (await running).text()).toBe('whole')
})

it('a server stops without waiting for idle connections', async () => {
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const { port, stop } = await start((app) =>
    app.get('/', async (c) => {
      await answered
      return c.text('whole')
    }),
  )
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const sent = request({ port, host: '127.0.0.1', agent }).end()
  await hang(port, 'GET / HTTP/1.1\r\n')
  // The test waits until the second request has reached the server, too.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const stopped = stop().then(() => 'stopped')
  answer()
  const [response] = await once(sent, 'response')
  response.resume()
  expect(response.statusCode).toBe(200)
  // If the server waited for a kept-alive connection, it would stop only after the ten seconds of `keepAliveTimeout`.
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), 6_000))
  expect(await Promise.race([stopped, late])).toBe('stopped')
})
