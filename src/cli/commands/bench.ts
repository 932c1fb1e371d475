/** @module `nearside bench`: benchmarks against other libraries; runs only in a clone of the repository. */
import { Command } from '@commander-js/extra-typings'
import { invalidInput } from '@nearside/core/error.ts'
import { defineCommand, requireFolder } from '../command.ts'
import { MARKDOWN } from '../shared.ts'
import { wholeNumber } from '../values.ts'

const syntax = new Command('bench')
  .summary('measure fits, lists, contributions, servers and cold start beside other libraries')
  .description(`fit: the personal fit in a shop of 10,000 items: its descent beside other libraries (fit-10k), the whole
first fit, the fit after one more event, and the time from an event to the changed list (event-10k)

rank: lists from 3,659, 100,000 and a million items in a worker, and search in them beside other libraries

contribute: a report as a device makes it, and CPU time per report at both servers

server: uploads per second, delays and CPU time of leader and helper, on SQLite and (if installed) on
PostgreSQL, beside a server that only accepts reports; needs Linux, whose loopback has many addresses

start: time from navigation to the first personal list, on an emulated 9 Mbit/s line of 60 ms: bare pages,
our pages, the other libraries’ pages, the built demo (npm run build), and catalogs of 10,000 to 200,000 items

The engines of a job run in turn, block by block; in a browser they share one page. A ratio is the
median of the ratios within the blocks, with a 95 % interval; above 1, the first engine is faster.

WebGPU is measured on the adapter that Chromium provides. The table’s heading and the JSON name it. On
Linux, headless Chromium provides SwiftShader unless it gets Vulkan for the GPU. These flags are
Chrome’s advice for a GPU without a screen; they are untested here:
NEARSIDE_CHROMIUM_ARGS='--use-angle=vulkan --enable-features=Vulkan --disable-vulkan-surface'`)
  .argument('<job>', 'fit, rank, contribute, server or start')
  .option('--blocks <n>', 'number of blocks (start: of visits)', wholeNumber(1, 1000), 7)
  .option(...MARKDOWN)

export const command = defineCommand(syntax, async (options, context, job) => {
  const { jobs, runJob } = await import('@nearside/research/bench/run.ts')
  if (!jobs.includes(job)) throw invalidInput(`bench needs one job: ${jobs.join(', ')}`)
  await requireFolder('markdown', options.markdown)
  return runJob(job, options, context)
})
