/**
 * @module Provides WebGPU in Node for tests and benchmarks, by the library Dawn. Dawn runs on Mesa's llvmpipe, which
 * computes in software, or on Dawn's null backend. The null backend validates every call and computes nothing, so tests
 * count the GPU calls of long fits with it.
 */
import type { Adapter } from './adapter.ts'

type Rig = 'software' | 'null'

/** Both backends, each with a number of steps: `most` steps on the null backend, fewer on llvmpipe. */
export const countingRigs = (most: number) =>
  [
    ['Dawn’s null backend', 'null', most],
    ['llvmpipe', 'software', most / 50],
  ] as const satisfies readonly (readonly [string, Rig, number])[]

const NO_ADAPTER =
  'no WebGPU adapter in Node: install a Vulkan driver (Debian: apt install mesa-vulkan-drivers)'

/** Instances stay referenced, because Dawn ends their devices when an instance is garbage-collected. */
const instances = new Map<Rig, GPU>()

async function instance(rig: Rig): Promise<GPU> {
  const known = instances.get(rig)
  if (known) return known
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  const made = create(rig === 'null' ? ['backend=null'] : [])
  // TensorFlow.js looks for `navigator.gpu` before it accepts a device.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} })
  Object.assign(globalThis.navigator, { gpu: made })
  instances.set(rig, made)
  return made
}

/** Creates an adapter for one device. If there is no adapter, prints a line and returns null. */
export async function nodeAdapter(rig: Rig): Promise<Adapter | null> {
  try {
    const adapter = await (await instance(rig)).requestAdapter()
    if (adapter) return adapter
    console.warn(`Skipped: ${NO_ADAPTER}`)
  } catch (error) {
    console.warn(`Skipped: ${NO_ADAPTER}; Dawn says: ${String(error)}`)
  }
  return null
}
