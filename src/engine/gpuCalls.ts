/** @module Counts what is asked of WebGPU, for tests and benchmarks: a cost that is the same everywhere. */

export interface GpuCalls {
  dispatches: number
  /** Of at least one command buffer. */
  submits: number
  bufferCreations: number
  bindGroupCreations: number
  pipelineCreations: number
  bufferWrites: number
  readbacks: number
}

/** Counts, in this page or worker, from now until `stop`. */
export function countGpuCalls(): { readonly calls: GpuCalls; stop(): void } {
  const calls: GpuCalls = {
    dispatches: 0,
    submits: 0,
    bufferCreations: 0,
    bindGroupCreations: 0,
    pipelineCreations: 0,
    bufferWrites: 0,
    readbacks: 0,
  }
  const restore: (() => void)[] = []
  const watch = <T extends object>(
    prototype: T,
    method: keyof T & string,
    counter: keyof GpuCalls,
    counts: (first: unknown) => boolean = () => true,
  ) => {
    const original = prototype[method] as (...args: unknown[]) => unknown
    const counting = function (this: T, ...args: unknown[]) {
      if (counts(args[0])) calls[counter]++
      return original.apply(this, args)
    }
    Object.assign(prototype, { [method]: counting })
    restore.push(() => Object.assign(prototype, { [method]: original }))
  }
  watch(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', 'dispatches')
  watch(GPUQueue.prototype, 'submit', 'submits', (buffers) => [...(buffers as [])].length > 0)
  watch(GPUDevice.prototype, 'createBuffer', 'bufferCreations')
  watch(GPUDevice.prototype, 'createBindGroup', 'bindGroupCreations')
  watch(GPUDevice.prototype, 'createComputePipeline', 'pipelineCreations')
  watch(GPUQueue.prototype, 'writeBuffer', 'bufferWrites')
  watch(GPUBuffer.prototype, 'mapAsync', 'readbacks')
  return {
    calls,
    stop() {
      for (const undo of restore) undo()
    },
  }
}
