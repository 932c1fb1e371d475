/** @module The jobs of `nearside bench`, which loads this module in a checkout. */
import type { CommandContext } from '../src/cli/command.ts'
import { rank } from './rank.ts'
import { markdown, type Report } from './report.ts'
import { start } from './start.ts'
import { train } from './train.ts'

type Job = (blocks: number, progress: (done: number, total: number) => void) => Promise<Report>

const JOBS: Readonly<Record<string, Job>> = { train, rank, start }

export const jobs = Object.keys(JOBS)

export async function runJob(
  job: string,
  blocks: number,
  { progress, print }: CommandContext,
): Promise<Report & { readonly command: string }> {
  const report = await JOBS[job](blocks, (done, total) => progress.update(job, done, total))
  progress.clear()
  print(markdown(report))
  return { command: `npm run -s nearside -- bench ${job} --blocks ${blocks}`, ...report }
}
