/** @module `nearside bench`: benchmarks against named peers, in a checkout. */
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '@nearside/core/error.ts'
import { defineCommand } from '../command.ts'
import { requireFolder } from '../output.ts'
import { MARKDOWN } from '../shared.ts'
import { wholeNumber } from '../values.ts'

const syntax = new Command('bench')
  .summary('measures fits, lists, contributions, servers and cold start beside others')
  .description(`fit: the personal fit of a shop of 10,000 items: its descent beside peers (fit-10k), all of a first
fit and of the fit after one more event, and an event until the list has changed (event-10k)

rank: lists of 3,659, 100,000 and a million items in a worker, and the search in them beside peers

contribute: a report as a device makes it, and CPU a report at both servers

server: uploads a second, delays and CPU of leader and helper, on SQLite and on PostgreSQL (where it
is installed), beside a server that accepts only; on Linux, whose loopback has many addresses

start: from navigation to the first personal list, on an emulated 9 Mbit/s line of 60 ms: bare pages,
ours and the peers', the built demo (npm run build), and catalogs of 10,000 to 200,000 items

All engines of a job run in turn, block by block, those of a browser in one page. Ratios are medians
of the ratios within a block, with a 95 % interval; above 1, the first is faster.

WebGPU is measured on the adapter that Chromium hands out, which is named above the table and in the
JSON. On Linux a headless one hands out SwiftShader, unless it is given Vulkan for the GPU that there
is (Chrome's advice for a GPU without a screen; we had none to try it on):
NEARSIDE_CHROMIUM_ARGS='--use-angle=vulkan --enable-features=Vulkan --disable-vulkan-surface'`)
  .argument('<job>', 'fit, rank, contribute, server or start')
  .option('--blocks <n>', 'blocks (start: visits)', wholeNumber(1, 1000), 7)
  .option(...MARKDOWN)

export const command = defineCommand(syntax, async (options, context, job) => {
  const { jobs, runJob } = await import('@nearside/research/bench/run.ts')
  if (!jobs.includes(job))
    throw new NearsideError('input-invalid', `bench needs one job: ${jobs.join(', ')}`)
  await requireFolder('markdown', options.markdown)
  return runJob(job, options, context)
})
