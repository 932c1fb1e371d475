import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { decodeVector, fromBase64 } from '@nearside/core/bytes.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, onTestFinished } from 'vitest'
import { dequantize } from '../privacy/quantize.ts'
import { cryptoRandomBytes } from '../privacy/randomBytes.ts'
import { dimensionOf } from '../protocol/policy.ts'
import { REPORT_MEDIA_TYPE } from '../protocol/report.ts'
import { NO_POSTGRES, startPostgres } from './store/testPostgres.ts'
import { createModels } from './testFederation.ts'
import { PARAMETERS } from './testModel.ts'
import { freePort } from './testPort.ts'

/** Number of servers killed on SQLite; half as many on PostgreSQL. For a hundred: `NEARSIDE_KILLS=100`. */
const KILLS = Number(process.env.NEARSIDE_KILLS ?? 20)
/** Number of processes of each role that share PostgreSQL. */
const PROCESSES = Number(process.env.NEARSIDE_PROCESSES ?? 2)
/** Number n of reports of the round: at most 1,000, because these tests use δ = 1e-6, and δ may be at most 1/n². */
const GOAL = Math.min(16 * KILLS, 1000)
/** Number of reports that are sent at the same time, so that a kill can interrupt a group of reports. */
const UPLOADS = 16
const PROGRAM = fileURLToPath(new URL('./testAggregator.ts', import.meta.url))
const running = new Set<ChildProcess>()

/** Runs one aggregator, and keeps a second process ready that replaces the first after a kill. */
function createProcess(args: readonly string[]) {
  const load = () => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    running.add(child)
    return child
  }
  let standby = load()
  let active: ChildProcess | null = null
  return {
    async start() {
      active = standby
      active.stdin?.write('go\n')
      standby = load()
      await once(active.stdout as NodeJS.ReadableStream, 'data')
    },
    async kill() {
      if (active === null) return
      active.kill('SIGKILL')
      await once(active, 'exit')
      running.delete(active)
    },
  }
}

/** Kills all processes and waits for their end, because they write into the test's folders. */
async function killAll(): Promise<void> {
  const gone = [...running].map((child) => once(child, 'exit'))
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(gone)
  running.clear()
}

/** Databases of leader and helper, number of processes that share each database, and number of kills. */
interface Database {
  readonly name: string
  readonly processes: number
  readonly kills: number
  /** Reason why the database isn't available; empty if it is. */
  readonly missing: string
  prepare(): Promise<{
    /** Database URLs of leader and helper. */
    readonly stores: readonly [string, string]
    /** Crashes and restarts the database itself; absent for SQLite, which runs in the aggregator's process. */
    crash?(): Promise<void>
  }>
}

const DATABASES: readonly Database[] = [
  {
    name: 'a process each on SQLite',
    processes: 1,
    kills: KILLS,
    missing: '',
    async prepare() {
      const directory = testFolder()
      return {
        stores: [`sqlite:${join(directory, 'l.sqlite')}`, `sqlite:${join(directory, 'h.sqlite')}`],
      }
    },
  },
  {
    name: `${PROCESSES} processes each on PostgreSQL`,
    processes: PROCESSES,
    kills: Math.ceil(KILLS / 2),
    missing: NO_POSTGRES,
    async prepare() {
      const postgres = await startPostgres()
      onTestFinished(() => postgres.remove())
      return {
        stores: [await postgres.create(), await postgres.create()],
        async crash() {
          await postgres.stop('immediate')
          await postgres.start()
        },
      }
    },
  },
]

async function exactThroughKills({ processes, kills, prepare }: Database): Promise<void> {
  const { stores, crash } = await prepare()
  const models = await createModels()
  onTestFinished(killAll)
  const ports = await Promise.all(Array.from({ length: 2 * processes }, freePort))
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  const [leaderUrls, helperUrls] = [urls.slice(0, processes), urls.slice(processes)]
  const goal = String(GOAL)
  // Each leader has its own helper process.
  const helpers = leaderUrls.map((leader, i) =>
    createProcess(['helper', String(ports[processes + i]), stores[1], goal, leader]),
  )
  const leaders = helperUrls.map((helper, i) =>
    createProcess(['leader', String(ports[i]), stores[0], goal, helper, models]),
  )
  for (const one of [...helpers, ...leaders]) await one.start()

  const get = async (url: string) => {
    let answer = ''
    // Tries for at least a minute, because a leader answers 503 until it has heard from its helper.
    for (let attempt = 0; attempt < 3000; attempt++) {
      const response = await fetch(url).catch(() => null)
      if (response?.status === 200) return new Uint8Array(await response.arrayBuffer())
      answer = `${response?.status} ${await response?.text()}`
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`${url} answers ${answer}`)
  }
  const task = await agreeTask({ get }, { leader: leaderUrls[0], helper: helperUrls[0] })
  const dimension = dimensionOf(task.policy)
  const random = createRandom(7)
  const made = []
  for (let i = 0; i < GOAL; i++) {
    const update = Float64Array.from({ length: dimension }, () => 0.02 * random.normal())
    made.push(await makeReport(update, task, cryptoRandomBytes))
  }

  let acknowledged = 0
  async function upload(body: Uint8Array): Promise<void> {
    for (;;) {
      // A random leader gets each report, as behind a load balancer.
      const leader = leaderUrls[random.integer(processes)]
      const response = await fetch(`${leader}/v1/reports`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': REPORT_MEDIA_TYPE },
      }).catch(() => null)
      if (response?.status === 200 || response?.status === 201) break
      // The server may fail, or not get the report in time (408), but it never refuses a valid report.
      expect([undefined, 408, 503], await response?.text()).toContain(response?.status)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    acknowledged++
  }
  const queue = [...made]
  // The last few reports are held back, so that the round stays open through all kills.
  const held = queue.splice(GOAL - 8)
  const uploader = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      await upload(next.body)
      await new Promise((resolve) => setTimeout(resolve, random.integer(250)))
    }
  }
  const uploads = Array.from({ length: UPLOADS }, uploader)

  for (let kill = 0; kill < kills; kill++) {
    const victim = (random.next() < 0.7 ? leaders : helpers)[random.integer(processes)]
    const seen = acknowledged
    // The kill comes at a random moment while reports arrive.
    while (queue.length > 0 && acknowledged === seen)
      await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setTimeout(resolve, random.integer(12)))
    if (kill % 3 === 1) await crash?.()
    await victim.kill()
    await victim.start()
  }
  await Promise.all(uploads)
  // Forty reports are sent again, as by devices that saw no acknowledgement.
  await Promise.all(made.slice(0, 40).map(({ body }) => upload(body)))
  for (const { body } of held) await upload(body)

  const file = join(models, '2', 'shared.safetensors')
  while (!existsSync(join(models, 'latest.json')) || !existsSync(file))
    await new Promise((resolve) => setTimeout(resolve, 20))
  const bytes = readFileSync(file)
  const mean = new Float64Array(new Uint8Array(bytes).buffer)
  const vectors = made.map(({ opening }) =>
    dequantize(decodeVector(fromBase64(opening.update)), 1, 1),
  )
  const expected = Float64Array.from({ length: dimension }, (_, j) => {
    const sum = vectors.reduce((total, vector) => total + vector[j], 0)
    return sum / PARAMETERS.scale / GOAL
  })
  expect(mean).toEqual(expected)
  // There is one release, whichever process made it. The next publication deletes drafts of killed processes.
  const published = readdirSync(models).filter((name) => !name.startsWith('.staging-'))
  expect(published.sort()).toEqual(['1', '2', 'latest.json'])
}

for (const database of DATABASES) {
  const { name, kills, missing } = database
  it.skipIf(missing !== '')(
    `${name}: every acknowledged report is counted exactly once through ${kills} kills${missing}`,
    () => exactThroughKills(database),
    30_000 * KILLS,
  )
}
