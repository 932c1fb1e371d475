/**
 * @module Counts WebGPU calls for tests and benchmarks. Unlike durations, the number of calls is the same everywhere.
 */

export interface GpuCalls {
  dispatches: number
  /** Number of submits with at least one command buffer. */
  submits: number
  bufferCreations: number
  bufferDestructions: number
  /** Bytes of created buffers minus bytes of destroyed buffers. */
  liveBytes: number
  bindGroupCreations: number
  pipelineCreations: number
  bufferWrites: number
  bytesWritten: number
  readbacks: number
}

export const NO_CALLS: Readonly<GpuCalls> = {
  dispatches: 0,
  submits: 0,
  bufferCreations: 0,
  bufferDestructions: 0,
  liveBytes: 0,
  bindGroupCreations: 0,
  pipelineCreations: 0,
  bufferWrites: 0,
  bytesWritten: 0,
  readbacks: 0,
}

/** Counts the calls in this page or worker until `stop`. */
export function countGpuCalls(): { readonly calls: GpuCalls; stop(): void } {
  const calls: GpuCalls = { ...NO_CALLS }
  const restore: (() => void)[] = []
  const watch = <T extends object>(
    prototype: T,
    method: keyof T & string,
    note: (on: T, args: readonly unknown[]) => void,
  ) => {
    const original = prototype[method] as (...args: unknown[]) => unknown
    const counting = function (this: T, ...args: unknown[]) {
      note(this, args)
      return original.apply(this, args)
    }
    Object.assign(prototype, { [method]: counting })
    restore.push(() => Object.assign(prototype, { [method]: original }))
  }
  const destroyed = new WeakSet<GPUBuffer>()
  watch(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => calls.dispatches++)
  watch(GPUQueue.prototype, 'submit', (_, [buffers]) => {
    if ([...(buffers as Iterable<GPUCommandBuffer>)].length > 0) calls.submits++
  })
  watch(GPUDevice.prototype, 'createBuffer', (_, [descriptor]) => {
    calls.bufferCreations++
    calls.liveBytes += (descriptor as GPUBufferDescriptor).size
  })
  watch(GPUBuffer.prototype, 'destroy', (buffer) => {
    if (destroyed.has(buffer)) return
    destroyed.add(buffer)
    calls.bufferDestructions++
    calls.liveBytes -= buffer.size
  })
  watch(GPUDevice.prototype, 'createBindGroup', () => calls.bindGroupCreations++)
  for (const method of ['createComputePipeline', 'createComputePipelineAsync'] as const)
    watch(GPUDevice.prototype, method, () => calls.pipelineCreations++)
  watch(GPUQueue.prototype, 'writeBuffer', (_, [, , data, , size]) => {
    calls.bufferWrites++
    const values = data as ArrayBuffer | ArrayBufferView<ArrayBuffer>
    const unit = 'BYTES_PER_ELEMENT' in values ? Number(values.BYTES_PER_ELEMENT) : 1
    calls.bytesWritten += size === undefined ? values.byteLength : Number(size) * unit
  })
  watch(GPUBuffer.prototype, 'mapAsync', () => calls.readbacks++)
  return {
    calls,
    stop() {
      for (const undo of restore) undo()
    },
  }
}
