/** @module The jobs of `nearside bench`, which loads this module in a checkout. */
import type { CommandContext } from '../src/cli/command.ts'
import { inPage, type Progress } from './browser.ts'
import { contribute } from './contribute.ts'
import { markdown, type Report } from './report.ts'
import { start } from './start.ts'

const JOBS: Readonly<Record<string, (blocks: number, progress: Progress) => Promise<Report>>> = {
  fit: (blocks, progress) => inPage('fit', blocks, progress),
  rank: (blocks, progress) => inPage('rank', blocks, progress),
  contribute,
  start: (blocks, progress) => start(blocks, (done, total) => progress('start', done, total)),
}

export const jobs = Object.keys(JOBS)

export async function runJob(
  job: string,
  blocks: number,
  { progress, print }: CommandContext,
): Promise<Report & { readonly command: string }> {
  const report = await JOBS[job](blocks, (what, done, total) => progress.update(what, done, total))
  progress.clear()
  print(markdown(report))
  return { command: `npm run -s nearside -- bench ${job} --blocks ${blocks}`, ...report }
}
