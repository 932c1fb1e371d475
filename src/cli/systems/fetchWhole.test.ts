import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, onTestFinished, test } from 'vitest'
import { fetchWhole } from './fetchWhole.ts'

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}/`
}

const halfAnAnswer = (response: ServerResponse) => {
  response.writeHead(200, { 'content-length': '5000' })
  response.write('half')
}

/** Collects garbage again and again until the test ends. */
function collectGarbage() {
  setFlagsFromString('--expose-gc')
  const timer = setInterval(runInNewContext('gc') as () => void, 20)
  onTestFinished(() => clearInterval(timer))
}

it.each([
  ['no answer', () => {}],
  ['half an answer', halfAnAnswer],
])(
  'with %s, a request ends at its time limit, even if Node collects garbage meanwhile',
  async (_, answer) => {
    const url = await serve(answer)
    collectGarbage()
    const { signal } = new AbortController()
    const code = 'input-invalid'
    await expect(fetchWhole(url, {}, { fetch, timeout: 200, signal })).rejects.toMatchObject({
      code,
      cause: { name: 'TimeoutError' },
    })
  },
)

test('an aborted signal ends a request, before and during the answer', async () => {
  const url = await serve(halfAnAnswer)
  const stop = new AbortController()
  const fetching = { fetch, timeout: 60_000, signal: stop.signal }
  const begun = fetchWhole(url, {}, fetching)
  setTimeout(() => stop.abort(), 50)
  await expect(begun).rejects.toMatchObject({ code: 'aborted' })
  await expect(fetchWhole(url, {}, fetching)).rejects.toMatchObject({ code: 'aborted' })
})
