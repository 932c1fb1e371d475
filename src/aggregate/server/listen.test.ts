import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { OpenAPIHono } from '@hono/zod-openapi'
import { expect, it, onTestFinished } from 'vitest'
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

/** A connection that sends this and then nothing. */
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
  'answers good requests while 530 connections of one address hold back their %s',
  async (_, text) => {
    const { port } = await start(body)
    for (let i = 0; i < 530; i++) await hang(port, text)
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: `${i}` })
      expect(await answer.text()).toBe(`${i}`)
    }
  },
)

it('does not cut off a request that is being answered', async () => {
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

it('stops without waiting for connections that have nothing more to ask', async () => {
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
  // The request has reached the server when its neighbour has.
  await new Promise((resolve) => setTimeout(resolve, 100))
  const stopped = stop().then(() => 'stopped')
  answer()
  const [response] = await once(sent, 'response')
  response.resume()
  expect(response.statusCode).toBe(200)
  // Kept alive, it would hold the server for the ten seconds of `keepAliveTimeout`.
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), 6_000))
  expect(await Promise.race([stopped, late])).toBe('stopped')
})
