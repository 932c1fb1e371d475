/** @module The jobs of `nearside bench`, which loads this module in a checkout. */
import type { CommandContext } from '../src/cli/command.ts'
import { NearsideError } from '../src/core/error.ts'
import { jobs as engineJobs } from './jobs.ts'
import type { Progress } from './measure.ts'
import { processor } from './processor.ts'
import { rank } from './rank.ts'
import { markdown, type Report } from './report.ts'
import { start } from './start.ts'
import { train } from './train.ts'
import { WORKLOADS, type WorkloadName } from './workload.ts'

export interface JobOptions {
  readonly blocks: number
  /** Of `train`; all if none are named. */
  readonly workloads: readonly string[]
  /** `train` and `rank` in Node instead of a browser. */
  readonly node: boolean
}

function isWorkload(name: string): name is WorkloadName {
  return (WORKLOADS as readonly string[]).includes(name)
}

const JOBS: Readonly<Record<string, (options: JobOptions, progress: Progress) => Promise<Report>>> =
  {
    train({ blocks, workloads, node }, progress) {
      const unknown = workloads.find((name) => !isWorkload(name))
      if (unknown !== undefined)
        throw new NearsideError(
          'input-invalid',
          `bench train has no workload ${unknown}: ${WORKLOADS.join(', ')}`,
        )
      const names = workloads.filter(isWorkload)
      return train(blocks, names.length > 0 ? names : WORKLOADS, node, progress)
    },
    rank: ({ blocks, node }, progress) => rank(blocks, node, progress),
    processor: ({ blocks }, progress) =>
      processor(blocks, (done, total) => progress('processor', done, total)),
    jobs: ({ blocks }, progress) =>
      engineJobs(blocks, (done, total) => progress('jobs', done, total)),
    start: ({ blocks }, progress) => start(blocks, (done, total) => progress('start', done, total)),
  }

export const jobs = Object.keys(JOBS)

export async function runJob(
  job: string,
  options: JobOptions,
  { progress, print }: CommandContext,
): Promise<Report & { readonly command: string }> {
  const { blocks, workloads, node } = options
  const report = await JOBS[job](options, (what, done, total) => progress.update(what, done, total))
  progress.clear()
  print(markdown(report))
  const command = [
    `npm run -s nearside -- bench ${job} --blocks ${blocks}`,
    ...(workloads.length > 0 ? [`--workloads ${workloads.join(',')}`] : []),
    ...(node ? ['--node'] : []),
  ].join(' ')
  return { command, ...report }
}
