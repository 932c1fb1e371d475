/** @module Tests `serve` in a process of its own, which is killed under load or runs on a failing disk. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { dimensionOf } from '@nearside/aggregate/protocol/policy.ts'
import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import { SINGLE_PATHS } from '@nearside/aggregate/server/single.ts'
import { createModels } from '@nearside/aggregate/server/testFederation.ts'
import { freePort } from '@nearside/aggregate/server/testPort.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, onTestFinished } from 'vitest'
import { createFailingDisk, NO_FAILING_DISK } from '../testFailingDisk.ts'

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url))
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Creates a trusted server (both aggregators, each with its SQLite file) that tests can start repeatedly. */
async function createServer(goal: number, environment: Record<string, string> = {}) {
  const store = `sqlite:${join(testFolder(), 's.sqlite')}`
  const models = await createModels()
  const port = await freePort()
  const flags = { role: 'single', operator: 'Test shop', policy: 'demo', goal, store, models, port }
  const args = Object.entries({ ...flags, 'reports-per-minute': 1e9 })
  const url = `http://127.0.0.1:${port}`
  const lines: string[] = []
  let child: ChildProcess | null = null
  let ended = Promise.resolve<unknown[]>([])
  onTestFinished(async () => {
    child?.kill('SIGKILL')
    await ended
  })
  return {
    lines,
    /** URLs that devices use. */
    endpoints: { leader: `${url}${SINGLE_PATHS.leader}`, helper: `${url}${SINGLE_PATHS.helper}` },
    async start() {
      const given = args.flatMap(([name, value]) => [`--${name}`, String(value)])
      child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, 'serve', ...given], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...environment },
      })
      ended = once(child, 'exit')
      child.stdout?.on('data', (data) => lines.push(...String(data).split('\n')))
      while (!(await fetch(`${url}${SINGLE_PATHS.leader}/v1/task`).catch(() => null))?.ok)
        await wait(20)
    },
    kill: (signal: NodeJS.Signals) => child?.kill(signal),
    ended: async () => (await ended)[0],
  }
}

type Server = Awaited<ReturnType<typeof createServer>>

async function makeReports({ endpoints }: Server, count: number) {
  const get = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
  const task = await agreeTask({ get }, endpoints)
  const random = createRandom(3)
  const bodies = []
  for (let i = 0; i < count; i++) {
    const update = Array.from({ length: dimensionOf(task.policy) }, () => 0.02 * random.normal())
    bodies.push((await makeReport(update, task, cryptoRandomBytes)).body)
  }
  return bodies
}

/** Posts a report. Returns the HTTP status, or 0 if no answer came. */
async function post({ endpoints }: Server, body: Uint8Array): Promise<number> {
  const answer = await fetch(`${endpoints.leader}/v1/reports`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': REPORT_MEDIA_TYPE },
  }).catch(() => null)
  return answer?.status ?? 0
}

it('serve exits on SIGTERM under load, repeatedly, and loses no acknowledged report', async () => {
  const ENDS = 4
  const server = await createServer(500)
  await server.start()
  const bodies = await makeReports(server, 20 * ENDS)
  const acknowledged: Uint8Array[] = []
  const queue = [...bodies]
  const uploader = async () => {
    for (let body = queue.pop(); body; body = queue.pop()) {
      let status = await post(server, body)
      while (status > 201 || status === 0) {
        // Status 503, or no answer, means that the server is stopping, down or starting. The server never rejects a
        // valid report.
        expect([0, 503]).toContain(status)
        await wait(20)
        status = await post(server, body)
      }
      acknowledged.push(body)
    }
  }
  const uploads = Promise.all(Array.from({ length: 12 }, uploader))
  for (let end = 1; end <= ENDS; end++) {
    while (acknowledged.length < 15 * end) await wait(1)
    server.kill('SIGTERM')
    expect(await server.ended()).toBe(0)
    await server.start()
  }
  await uploads
  expect(acknowledged).toHaveLength(bodies.length)
  for (const body of bodies) expect(await post(server, body)).toBe(200)
}, 600_000)

it.skipIf(NO_FAILING_DISK !== '')(
  `serve exits when a flush fails, acknowledges no report of this flush, and resumes from the stored data${NO_FAILING_DISK}`,
  async () => {
    const disk = createFailingDisk()
    const server = await createServer(32, disk.environment)
    await server.start()
    const [first, second, third] = await makeReports(server, 3)
    expect(await post(server, first)).toBe(201)
    disk.fail('flush')
    const answers = await Promise.all([second, third].map((body) => post(server, body)))
    expect(answers.filter((status) => status === 200 || status === 201)).toEqual([])
    expect(await server.ended()).toBe(1)
    expect(server.lines.join('\n')).toMatch(/the disk fails, so this process ends: .*I\/O/)
    disk.mend('flush')
    await server.start()
    expect(await post(server, first)).toBe(200)
    for (const body of [second, third]) expect([200, 201]).toContain(await post(server, body))
  },
)

it.skipIf(NO_FAILING_DISK !== '')(
  `serve answers 503 while the disk is full, and accepts the same reports once there is room${NO_FAILING_DISK}`,
  async () => {
    const disk = createFailingDisk()
    const server = await createServer(32, disk.environment)
    await server.start()
    const [first, second] = await makeReports(server, 2)
    expect(await post(server, first)).toBe(201)
    disk.fail('full')
    for (let i = 0; i < 3; i++) expect(await post(server, second)).toBe(503)
    disk.mend('full')
    let status = await post(server, second)
    // After a failure, the leader pauses before its next request to the other aggregation server.
    while (status === 503) {
      await wait(200)
      status = await post(server, second)
    }
    expect([200, 201]).toContain(status)
    expect(await post(server, first)).toBe(200)
  },
)
