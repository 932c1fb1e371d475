/** @module Setup of `bench server`: a leader and a helper for updates of d numbers, and reports for these servers. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import type { PolicyParameters } from '@nearside/aggregate/protocol/policy.ts'
import { candidateOf } from '@nearside/aggregate/server/testModel.ts'
import { freePort } from '@nearside/aggregate/server/testPort.ts'
import { agreeTask } from '@nearside/browser/contribution/agreeTask.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { type Bytes, utf8 } from '@nearside/core/bytes.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import type { ServerGiven } from './serverProcess.ts'

/** The demo's parameters, with a round that never fills up. */
export const BENCH_PARAMETERS: PolicyParameters = {
  ...DEMO_PARAMETERS,
  aggregationGoal: 1_000_000,
  delta: 1e-12,
}

export interface ServerUnderLoad {
  readonly url: string
  /** CPU milliseconds so far, all threads. */
  cpu(): Promise<number>
  stop(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('./serverProcess.ts', import.meta.url))

export async function startProcess(given: Partial<ServerGiven>): Promise<ServerUnderLoad> {
  const child: ChildProcess = fork(PROGRAM, [JSON.stringify({ port: 0, ...given })])
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the ${given.role} ended with ${code}`)
  })
  ended.catch(() => {})
  const answer = async () => (await Promise.race([once(child, 'message'), ended]))[0]
  const { port } = (await answer()) as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    async cpu() {
      const said = answer()
      child.send('cpu')
      const { user, system } = (await said) as NodeJS.CpuUsage
      return (user + system) / 1000
    },
    async stop() {
      if (child.connected) child.disconnect()
      await ended.catch(() => {})
    },
  }
}

/** Starts leader and helper, each in a process with its own database; `models` is an empty folder. */
export async function startPair(dimension: number, models: string, stores: readonly string[]) {
  const { manifest, files } = await candidateOf('1', null, utf8('shared'))
  await publishModel(models, {
    manifest,
    files: new Map([...files, ['encoder.safetensors', utf8('encoder')]]),
  })
  const [port, [store, helperStore]] = [await freePort(), stores]
  const peer = `http://127.0.0.1:${port}`
  const helper = await startProcess({ role: 'helper', store: helperStore, peer })
  const given = { role: 'leader', port, store, peer: helper.url, models, dimension } as const
  const leader = await startProcess(given).catch(async (thrown) => {
    await helper.stop()
    throw thrown
  })
  return { leader, helper }
}

/** Makes `count` reports for the open round as devices do, each with its own id. */
export async function makeReports(
  count: number,
  dimension: number,
  { leader, helper }: Awaited<ReturnType<typeof startPair>>,
  progress: (done: number) => void,
): Promise<Bytes[]> {
  const get = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer())
  // The call is retried, because the leader opens a round a moment after it listens.
  const agree = async (tries: number): ReturnType<typeof agreeTask> =>
    agreeTask({ get }, { leader: leader.url, helper: helper.url }).catch(async (thrown) => {
      if (tries === 0) throw thrown
      await new Promise((resolve) => setTimeout(resolve, 500))
      return agree(tries - 1)
    })
  const task = await agree(60)
  const update = Float64Array.from({ length: dimension }, (_, i) => Math.sin(i) / 100)
  const bodies: Bytes[] = []
  while (bodies.length < count) {
    bodies.push((await makeReport(update, task, cryptoRandomBytes)).body)
    progress(bodies.length)
  }
  return bodies
}
