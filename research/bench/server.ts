/**
 * @module `bench server`: puts the same load, in turn, on leader and helper with SQLite, on both with PostgreSQL, and
 * on a server without checks. The job then sends good reports while it holds half-open connections.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_POSTGRES, startPostgres } from '@nearside/aggregate/server/store/testPostgres.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import type { Progress } from './browser.ts'
import { type Load, type Report, ratiosOf, resultOf, type Series } from './report.ts'
import { burst, hostile, paced, sender } from './serverLoad.ts'
import { makeReports, type ServerUnderLoad, startPair, startProcess } from './serverTask.ts'
import { median, percentile } from './statistics.ts'

/** Workloads. The generator sends `reports` reports in a burst, then as many at a fixed rate. */
const SIZES = [
  { dimension: 102, name: 'upload', reports: 192, isHostile: true },
  { dimension: 16_384, name: 'upload-16k', reports: 48, isHostile: false },
]
const SHARE = 0.7
const HOSTILE = { sockets: 500, reports: 300, rate: 30 }
const OWN = 'nearside-servers'

interface Rival {
  readonly workload: string
  readonly engine: string
  /** Servers; the first server receives the devices' reports. */
  readonly servers: readonly ServerUnderLoad[]
  readonly bodies: Uint8Array[]
  readonly rates: number[]
  readonly waits: number[]
  /** CPU milliseconds at the fixed rate: each server's, then the load generator's. */
  readonly cpu: number[]
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(rival: Rival, reports: number, block: number) {
  const { servers, bodies, rates, waits, cpu } = rival
  const { send, close } = sender(servers[0].url, true)
  const take = () => bodies.splice(0, reports)
  const rate = await burst(send, take())
  const all = () => Promise.all([...servers.map((server) => server.cpu()), ownCpu()])
  const from = await all()
  const times = await paced(send, take(), SHARE * rate, createRandom(block))
  const until = await all()
  close()
  if (block === 0) return
  rates.push(rate)
  waits.push(...times)
  for (const [i, ms] of until.entries()) cpu[i] = (cpu[i] ?? 0) + ms - from[i]
}

async function beside(rival: Rival): Promise<number> {
  const { url } = rival.servers[0]
  const release = await hostile(url, HOSTILE.sockets)
  const { send, close } = sender(url, false)
  const bodies = rival.bodies.splice(0, HOSTILE.reports)
  const times = await paced(send, bodies, HOSTILE.rate, createRandom(1))
  close()
  release()
  return times.filter(Number.isFinite).length / times.length
}

function loadOf({ workload, engine, rates, waits, cpu }: Rival, hostileShare?: number): Load {
  const each = cpu.map((ms) => ms / waits.length)
  const generator = each.pop()!
  return {
    ...{ workload, engine, perSecond: median(rates), reports: waits.length },
    ...{ p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) },
    answered: waits.filter(Number.isFinite).length / waits.length,
    cpu: { server: each[0], helper: each[1], generator },
    hostileShare,
  }
}

export async function server(blocks: number, progress: Progress): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-bench-'))
  const postgres = NO_POSTGRES ? null : await startPostgres()
  const rivals: Rival[] = []
  const series: Series[] = []
  const loads: Load[] = []
  const add = (workload: string, engine: string, servers: Rival['servers']): Uint8Array[] => {
    const bodies: Uint8Array[] = []
    rivals.push({ workload, engine, servers, bodies, rates: [], waits: [], cpu: [] })
    return bodies
  }
  const stop = async () => {
    for (const one of rivals.splice(0).flatMap(({ servers }) => servers)) await one.stop()
  }
  try {
    for (const { dimension, name, reports, isHostile } of SIZES) {
      const file = (role: string) => `sqlite:${join(folder, `${role}-${dimension}`)}`
      const stores = new Map([['sqlite', [file('leader'), file('helper')]]])
      if (postgres) stores.set('postgres', [await postgres.create(), await postgres.create()])
      const count = 2 * reports * (blocks + 1) + (isHostile ? HOSTILE.reports : 0)
      for (const [store, urls] of stores) {
        const workload = `${name}-${store}`
        const models = join(folder, `models-${workload}`)
        const pair = await startPair(dimension, models, urls)
        const bodies = add(workload, OWN, [pair.leader, pair.helper])
        const made = (done: number) => progress(`${workload}: reports`, done, count)
        bodies.push(...(await makeReports(count, dimension, pair, made)))
      }
      const plain = add(name, 'accept-only', [await startProcess({ role: 'accept-only' })])
      // The accept-only server doesn't check reports, so it gets the reports that were made for the first server pair.
      plain.push(...rivals[0].bodies)
      for (let block = 0; block <= blocks; block++) {
        for (let turn = 0; turn < rivals.length; turn++)
          await measure(rivals[(turn + block) % rivals.length], reports, block)
        progress(name, block, blocks)
      }
      for (const rival of rivals)
        loads.push(loadOf(rival, isHostile ? await beside(rival) : undefined))
      for (const { workload } of rivals.slice(0, -1))
        for (const { engine, rates } of rivals.filter(
          (it) => it.workload === workload || it.engine !== OWN,
        ))
          series.push({ workload, engine, blocks: rates.map((rate) => 1000 / rate) })
      await stop()
    }
  } finally {
    await stop()
    await postgres?.remove()
    await rm(folder, { recursive: true, force: true })
  }
  const ratios = ratiosOf(series)
  return {
    job: 'server',
    environment: {
      cores: cpus().length,
      adapter: 'none',
      browser: `Node ${process.versions.node}`,
    },
    results: series.map(resultOf),
    ratios,
    loads,
    notes: [...notes(blocks), ...goals(loads, ratios), ...limits(loads)],
  }
}

function notes(blocks: number): string[] {
  return [
    'Milliseconds are those of a burst over its reports. Leader, helper, the server that accepts only (the same HTTP, the body read, 201, and nothing else) and the load generator are processes of one machine, without TLS; reports were made before, by the code of a device, each with an id of its own. A report counts once both servers have it on disk.',
    `${blocks} blocks, each of all servers in turn, after one that warms up: a burst, 128 reports at a time, then as many reports at random times at ${100 * SHARE} % of its rate, timed from when they were due. CPU: of that part, all threads; PostgreSQL's own is not in it.`,
    `Beside ${HOSTILE.sockets} hostile sockets: these, from a hundred addresses, each with half a header, opened anew when closed; ${HOSTILE.reports} good reports, ${HOSTILE.rate} a second, each on a new connection.`,
    ...(NO_POSTGRES ? [`PostgreSQL is left out${NO_POSTGRES}.`] : []),
  ]
}

/** Sentences that say whether the servers reached our performance goals, for updates of 102 numbers. */
function goals(loads: readonly Load[], ratios: Report['ratios']): string[] {
  return loads.flatMap(({ workload, p99, cpu, hostileShare }) => {
    const ratio = ratios.find((it) => it.workload === workload)
    if (ratio === undefined || cpu.helper === undefined || hostileShare === undefined) return []
    const both = cpu.server + cpu.helper
    const all: [string, boolean][] = [
      [`${(100 * ratio.median).toFixed(1)} % of accept-only (≥ 40 %)`, ratio.median >= 0.4],
      [`p99 ${p99.toFixed(0)} ms (≤ 250)`, p99 <= 250],
      [`${(100 * hostileShare).toFixed(1)} % beside hostile sockets (≥ 90 %)`, hostileShare >= 0.9],
      [`CPU of both servers ${both.toFixed(1)} ms (≤ 3)`, both <= 3],
    ]
    const said = all.map(([what, isMet]) => `${what}: ${isMet ? 'reached' : 'not reached'}`)
    return `${workload}, goals: ${said.join('; ')}.`
  })
}

function limits(loads: readonly Load[]): string[] {
  const limited = loads.filter(({ cpu }) => cpu.generator > cpu.server / 2)
  return limited.map(
    ({ workload, engine }) =>
      `${engine} of ${workload}: the load generator is a limit, too, with more than half of the server’s CPU time; by itself the server may take more.`,
  )
}
