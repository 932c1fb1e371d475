/**
 * @module `nearside bench`: benchmarks against the named peers. They are pages for a browser, outside
 * the package, so that this command works in a checkout only.
 */
import { existsSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { NearsideError } from '../core/error.ts'
import { type CommandContext, defineCommand } from './command.ts'
import { wholeNumber } from './values.ts'

/** What `bench/run.ts` exports; found at run time, since it is no part of the package. */
interface Benchmarks {
  readonly jobs: readonly string[]
  runJob(
    job: string,
    options: { blocks: number; workloads: readonly string[]; node: boolean },
    context: CommandContext,
  ): Promise<unknown>
}

const BENCHMARKS = new URL('../../bench/run.ts', import.meta.url)

async function loadBenchmarks(): Promise<Benchmarks> {
  if (!existsSync(BENCHMARKS))
    throw new NearsideError(
      'input-invalid',
      'bench needs a checkout of Nearside (its pages are no part of the package): npm run -s nearside -- bench',
    )
  return (await import(BENCHMARKS.href)) as Benchmarks
}

const syntax = new Command('bench')
  .summary('measures engines, ranking and cold start against named peers (in a checkout)')
  .description(`train: training, engine by engine: a step of a small network (T), the personal fit of 10,000
items and 60 events (fit-10k), a step of the exact softmax over a whole catalogue
(softmax-10k, softmax-100k)

rank: the best 20 of 20,000 × 32, 100,000 × 64 and 1,000,000 × 32

start: from navigation to the first personal list, on an emulated 9 Mbit/s line of 60 ms: bare pages,
ours and the peers', and the built demo (npm run build)

processor: what an event costs: encoding, the network, a contribution, plain and in WebAssembly

jobs: what an engine does beside the fit, in Node: encoding, ranking, the network

All candidates of a job run in one page in turn, block by block. Ratios are medians of the ratios
within a block, with a 95 % interval; above 1, the first is faster.

WebGPU is measured on the adapter that Chromium hands out, which is named above the table and in the
JSON. On Linux a headless one hands out SwiftShader, unless it is given Vulkan for the GPU that there
is (Chrome's advice for a GPU without a screen; we had none to try it on):
NEARSIDE_CHROMIUM_ARGS='--use-angle=vulkan --enable-features=Vulkan --disable-vulkan-surface'`)
  .argument('<job>', 'train, rank, start, processor or jobs')
  .option('--blocks <n>', 'blocks (start: visits)', wholeNumber(1, 1000), 7)
  .option('--workloads <a,b>', 'train: these only, e.g. fit-10k')
  .option('--node', 'train, rank: in Node (WebGPU by Dawn), no browser')

export const command = defineCommand(syntax, async (options, context, job) => {
  const { jobs, runJob } = await loadBenchmarks()
  if (!jobs.includes(job))
    throw new NearsideError('input-invalid', `bench needs one job: ${jobs.join(', ')}`)
  const { blocks, node = false } = options
  const workloads = options.workloads?.split(',') ?? []
  if (job !== 'train' && workloads.length > 0)
    throw new NearsideError('input-invalid', '--workloads belongs to bench train')
  if (job !== 'train' && job !== 'rank' && node)
    throw new NearsideError('input-invalid', '--node belongs to bench train and bench rank')
  return runJob(job, { blocks, workloads, node }, context)
})
