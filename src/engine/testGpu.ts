/**
 * @module WebGPU in Node by Dawn, for tests and benchmarks: on Mesa's llvmpipe, which computes in
 * software what a GPU would, or on Dawn's null backend, which checks every call and computes nothing:
 * the rig for exact counts.
 */
import type { Adapter } from './adapter.ts'

type Rig = 'software' | 'null'

/** Both, with how many steps each is given: `most` where nothing is computed. */
export const countingRigs = (most: number) =>
  [
    ['Dawn’s null backend', 'null', most],
    ['llvmpipe', 'software', most / 50],
  ] as const satisfies readonly (readonly [string, Rig, number])[]

/** Dawn's adapter search writes warnings about llvmpipe's limits; nothing of ours depends on them. */
const NO_ADAPTER =
  'no WebGPU adapter in Node: install a Vulkan driver (Debian: apt install mesa-vulkan-drivers)'

/** The instances, kept: Dawn ends its devices when one is collected. */
const instances = new Map<Rig, GPU>()

async function instance(rig: Rig): Promise<GPU> {
  const known = instances.get(rig)
  if (known) return known
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  const made = create(rig === 'null' ? ['backend=null'] : [])
  // TensorFlow.js looks for this before it takes a device.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} })
  Object.assign(globalThis.navigator, { gpu: made })
  instances.set(rig, made)
  return made
}

/** A new adapter, good for one device; null where this machine has none, with one line that says so. */
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
