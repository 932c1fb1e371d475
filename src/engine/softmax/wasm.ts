/**
 * @module The softmax over the catalogue on our own WebAssembly kernels. A tile of items meets all
 * groups of cases while it is in the cache. Sums are single precision over 512 items, then double.
 */
import { NearsideError } from '../../core/error.ts'
import { type SharedTask, ThreadPool, withThreads } from '../threads/pool.ts'
import { createMemory, type Threads } from '../threads/threads.ts'
import { isQuantized } from '../topk/table.ts'
import { descend } from './descend.ts'
import { assembleSoftmax, LANES, type SoftmaxModule } from './module.ts'
import {
  type CatalogSoftmax,
  checkCases,
  checkCatalog,
  checkFit,
  type SoftmaxCases,
  type SoftmaxCatalog,
  type SoftmaxValue,
  targetPart,
} from './softmax.ts'
import {
  addSums,
  createPartSums,
  emptySums,
  GROUPS,
  type GroupSums,
  groupCount,
  NONE,
  planCatalog,
  type SoftmaxJob,
  sharedSums,
  sharePart,
} from './tiles.ts'

/** Parts from which on threads are woken. */
const PARTS_FOR_THREADS = 4
const BLOCK = GROUPS * LANES

/**
 * @param threads that share a large catalogue; the sums have the same bits without
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export async function createWasmSoftmax(
  catalog: SoftmaxCatalog,
  threads: Threads | null = null,
): Promise<CatalogSoftmax> {
  const items = checkCatalog(catalog)
  return withThreads(threads, (given) => assembleCatalog(catalog, items, given))
}

async function assembleCatalog(
  catalog: SoftmaxCatalog,
  items: number,
  given: Threads | null,
): Promise<CatalogSoftmax> {
  const { columns, vectors } = catalog
  const int8 = isQuantized(vectors)
  const threads = planCatalog(items, columns, int8, 1).parts < PARTS_FOR_THREADS ? null : given
  const plan = planCatalog(items, columns, int8, threads?.count ?? 1)
  const { width, rows, parts, pages } = plan
  let job: SoftmaxJob
  let kernels: SoftmaxModule
  try {
    const memory = createMemory(pages, threads !== null)
    const module = await WebAssembly.compile(assembleSoftmax(width, pages, threads !== null))
    const { exports } = await WebAssembly.instantiate(module, { softmax: { memory } })
    kernels = exports as unknown as SoftmaxModule
    job = { kind: 'softmax', module, memory, plan }
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  const { buffer } = job.memory
  const values = int8 ? vectors.values : vectors
  const table = int8
    ? new Int8Array(buffer, plan.table, rows * width)
    : new Float32Array(buffer, plan.table, rows * width)
  for (let i = 0; i < items; i++)
    table.set(values.subarray(i * columns, (i + 1) * columns), i * width)
  if (int8) new Float32Array(buffer, plan.scales).set(vectors.scale)
  new Float32Array(buffer, plan.bias, rows).fill(NONE).set(catalog.bias)
  const lanes = new Float32Array(buffer, plan.queries, GROUPS * LANES * width)
  const count = groupCount(buffer)
  const sumPart = createPartSums(kernels, buffer, plan, 0)
  const work = sharePart(sumPart, buffer, plan)
  const pool = threads && new ThreadPool(threads, job, parts)

  /** Σ_i e^(s_ti − shift) and the same with E_i, of the cases from `first` on, by group. */
  function taskOf({ queries, targets }: SoftmaxCases, u: ArrayLike<number>, first: number) {
    const end = Math.min(targets.length, first + BLOCK)
    const groups = Math.ceil((end - first) / LANES)
    const all = Array.from({ length: groups }, () => emptySums(plan))
    const prepare = () => {
      count[0] = groups
      lanes.fill(0)
      for (let t = first; t < end; t++) {
        const group = Math.trunc((t - first) / LANES)
        const at = group * LANES * width + (t % LANES)
        for (let j = 0; j < columns; j++) lanes[at + j * LANES] = queries[t * columns + j] + u[j]
      }
    }
    return {
      prepare,
      work,
      collect() {
        for (let part = 0; part < parts; part++)
          for (const [g, sums] of all.entries()) addSums(sums, sharedSums(buffer, plan, part, g))
        return all
      },
      alone() {
        prepare()
        const own = all.map(() => emptySums(plan))
        for (let part = 0; part < parts; part++) {
          sumPart(part, own)
          for (const [g, sums] of all.entries()) addSums(sums, own[g])
        }
        return all
      },
    } satisfies SharedTask<GroupSums[]>
  }

  async function value(cases: SoftmaxCases, u: ArrayLike<number>): Promise<SoftmaxValue> {
    const { targets, weight } = cases
    const fixed = targetPart(catalog, cases, u)
    const gradient = fixed.gradient.map((part) => -part)
    let loss = -fixed.loss
    for (let first = 0; first < targets.length; first += BLOCK) {
      const task = taskOf(cases, u, first)
      const groups = pool ? await pool.run(task) : task.alone()
      for (let t = first; t < Math.min(targets.length, first + BLOCK); t++) {
        if (weight[t] === 0) continue
        const sums = groups[Math.trunc((t - first) / LANES)]
        const lane = t % LANES
        const sum = sums[LANES * width + lane]
        loss += weight[t] * (sums[LANES * (width + 1) + lane] + Math.log(sum))
        for (let j = 0; j < columns; j++) gradient[j] += (weight[t] / sum) * sums[LANES * j + lane]
      }
    }
    return { loss, gradient }
  }

  return {
    engine: 'wasm',
    async evaluate(cases, u) {
      checkCases(cases, u, columns, items)
      return value(cases, u)
    },
    async fit(problem, options) {
      checkFit(problem, columns, items)
      return descend(problem, (u) => value(problem, u), options)
    },
    dispose() {
      pool?.dispose()
    },
  }
}
