/** @module Top-k on WebGPU: three dispatches, one submit and one readback of 4 KB a query. */
import { NearsideError } from '../../core/error.ts'
import { setUpWatched, whileWatching } from '../gpuErrors.ts'
import { bindKernels } from '../gpuKernels.ts'
import { whileNudging } from '../nudge.ts'
import { checkCount, selectTop, type TopK } from './selectTop.ts'
import { BUFFERS, type BufferName, CAPACITY, KERNELS, THREADS, topKShader } from './shader.ts'
import {
  checkQuery,
  checkTable,
  type ItemTable,
  isQuantized,
  quantizeQuery,
  rescale,
  type TopKSearch,
} from './table.ts'

const HITS_BYTES = 8 + 8 * CAPACITY

/** Records what must be done before the rows are compared. */
type Prepare = (commands: GPUCommandEncoder) => void

/** Rows as words of 32 bits, each row padded to whole words. */
function pack(
  { columns, vectors }: ItemTable,
  rows: number,
  words: number,
): Uint32Array<ArrayBuffer> {
  const packed = new Uint32Array(rows * words)
  if (!isQuantized(vectors)) new Float32Array(packed.buffer).set(vectors)
  else {
    const bytes = new Int8Array(packed.buffer)
    for (let row = 0; row < rows; row++)
      bytes.set(vectors.values.subarray(row * columns, (row + 1) * columns), 4 * row * words)
  }
  return packed
}

/** The inverse of the shader's keys. */
function scoresOf(keys: Uint32Array<ArrayBuffer>): Float32Array {
  return new Float32Array(keys.map((key) => (key >= 0x80000000 ? key ^ 0x80000000 : ~key)).buffer)
}

export interface WebgpuTopK extends TopKSearch {
  /**
   * The best rows for a query that never leaves the device: `record` leaves it at the front of
   * `source`. For float32 tables, since int8 ones need its largest number first.
   */
  topOf(source: GPUBuffer, record: (commands: GPUCommandEncoder) => void, k: number): Promise<TopK>
}

/**
 * @param device stays its owner's; must allow buffers of the table's size
 * @throws NearsideError `input-invalid`, `engine-unavailable`
 */
export function createWebgpuTopK(device: GPUDevice, table: ItemTable): Promise<WebgpuTopK> {
  return setUpWatched(device, () => setUp(device, table))
}

async function setUp(device: GPUDevice, table: ItemTable): Promise<WebgpuTopK> {
  const rows = checkTable(table)
  const { columns, vectors } = table
  const quantized = isQuantized(vectors)
  const words = quantized ? Math.ceil(columns / 4) : columns
  const request = new Int32Array(2 + (quantized ? 4 * words : words))
  const { maxStorageBufferBindingSize: most } = device.limits
  if (4 * rows * words > most)
    throw new NearsideError(
      'engine-unavailable',
      `The table is larger than this GPU’s ${most} bytes`,
    )
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const make = (size: number, usage: number) =>
    device.createBuffer({ size: Math.max(4, size), usage: STORAGE | usage })
  const buffers: Record<BufferName, GPUBuffer> = {
    request: make(request.byteLength, COPY_DST),
    vectors: make(4 * rows * words, COPY_DST),
    scales: make(quantized ? 4 * rows : 4, COPY_DST),
    keys: make(4 * rows, COPY_SRC),
    bests: make(4 * THREADS, 0),
    hits: make(HITS_BYTES, COPY_SRC),
  }
  const landing = device.createBuffer({ size: HITS_BYTES, usage: MAP_READ | COPY_DST })
  const dispose = () => {
    for (const buffer of [...Object.values(buffers), landing]) buffer.destroy()
  }
  device.queue.writeBuffer(buffers.vectors, 0, pack(table, rows, words))
  if (isQuantized(vectors))
    device.queue.writeBuffer(buffers.scales, 0, Float32Array.from(vectors.scale))
  const shader = { code: topKShader(words, quantized), label: 'top-k' }
  const kernels = await bindKernels(device, shader, KERNELS, BUFFERS, buffers).catch((error) => {
    dispose()
    throw NearsideError.from(error, 'engine-unavailable', 'WebGPU refused the top-k shader')
  })

  async function hitsOf(prepare: Prepare): Promise<Uint32Array<ArrayBuffer>> {
    device.queue.writeBuffer(buffers.request, 0, request)
    const encoder = device.createCommandEncoder()
    prepare(encoder)
    const pass = encoder.beginComputePass()
    kernels.forEach(({ pipeline, group }, i) => {
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(KERNELS[i].workgroups)
    })
    pass.end()
    encoder.copyBufferToBuffer(buffers.hits, 0, landing, 0, HITS_BYTES)
    device.queue.submit([encoder.finish()])
    await whileNudging(device.queue, landing.mapAsync(GPUMapMode.READ))
    const hits = new Uint32Array(landing.getMappedRange().slice(0))
    landing.unmap()
    return hits
  }

  /** Where more rows tie with the k-th best than can be handed in. */
  async function allKeys(): Promise<Uint32Array<ArrayBuffer>> {
    const whole = device.createBuffer({ size: 4 * rows, usage: MAP_READ | COPY_DST })
    try {
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(buffers.keys, 0, whole, 0, 4 * rows)
      device.queue.submit([encoder.finish()])
      await whileNudging(device.queue, whole.mapAsync(GPUMapMode.READ))
      return new Uint32Array(whole.getMappedRange().slice(0))
    } finally {
      whole.destroy()
    }
  }

  async function search(k: number, prepare: Prepare): Promise<TopK> {
    request[0] = rows
    request[1] = Math.min(k, rows)
    const hits = await whileWatching(device, () => hitsOf(prepare))
    const count = hits[0]
    if (count > CAPACITY) return selectTop(scoresOf(await whileWatching(device, allKeys)), k)
    const found = Array.from({ length: count }, (_, i) => i).sort(
      (a, b) => hits[3 + 2 * b] - hits[3 + 2 * a] || hits[2 + 2 * a] - hits[2 + 2 * b],
    )
    const best = found.slice(0, k)
    return {
      ids: Int32Array.from(best, (i) => hits[2 + 2 * i]),
      scores: scoresOf(Uint32Array.from(best, (i) => hits[3 + 2 * i])),
    }
  }

  /** The buffers serve one query at a time. */
  let running: Promise<unknown> = Promise.resolve()
  function inTurn(k: number, ask: () => Promise<TopK>): Promise<TopK> {
    const work = async () => {
      if (rows === 0 || k === 0) return selectTop(new Float32Array(0), 0)
      try {
        return await ask()
      } catch (error) {
        throw NearsideError.from(error, 'engine-failed', 'Top-k on WebGPU failed')
      }
    }
    const answer = running.then(work)
    running = answer.catch(() => {})
    return answer
  }
  return {
    async top(query, k) {
      checkQuery(query, columns, k)
      return inTurn(k, async () => {
        request.fill(0)
        if (!quantized) new Float32Array(request.buffer).set(query, 2)
        const { levels, scale } = quantizeQuery(query)
        if (quantized) request.set(levels, 2)
        const top = await search(k, () => {})
        return quantized ? rescale(top, scale) : top
      })
    },
    async topOf(source, record, k) {
      checkCount(k)
      if (quantized) throw new NearsideError('input-invalid', 'topOf is for float32 tables')
      return inTurn(k, () =>
        search(k, (commands) => {
          record(commands)
          commands.copyBufferToBuffer(source, 0, buffers.request, 8, 4 * columns)
        }),
      )
    },
    dispose,
  }
}
