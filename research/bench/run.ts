/** @module The jobs of `nearside bench`. Only a clone of the repository has this module, not the npm package. */
import { writeFile } from 'node:fs/promises'
import type { CommandContext } from '@nearside/cli/command.ts'
import { inPage, type Progress } from './browser.ts'
import { contribute } from './contribute.ts'
import { markdown, type Report } from './report.ts'
import { server } from './server.ts'
import { start } from './start.ts'

const JOBS: Readonly<Record<string, (blocks: number, progress: Progress) => Promise<Report>>> = {
  fit: (blocks, progress) => inPage('fit', blocks, progress),
  rank: (blocks, progress) => inPage('rank', blocks, progress),
  contribute,
  server,
  start: (blocks, progress) => start(blocks, (done, total) => progress('start', done, total)),
}

export const jobs = Object.keys(JOBS)

export async function runJob(
  job: string,
  { blocks, markdown: file }: { readonly blocks: number; readonly markdown?: string },
  { progress, print }: CommandContext,
): Promise<Report & { readonly command: string }> {
  const report = await JOBS[job](blocks, (what, done, total) => progress.update(what, done, total))
  progress.clear()
  const command = `npm run -s nearside -- bench ${job} --blocks ${blocks}`
  const text = markdown(report)
  print(text)
  if (file !== undefined) await writeFile(file, `# bench ${job}\n\n    ${command}\n\n${text}\n`)
  return { command, ...report }
}
