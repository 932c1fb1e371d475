/** @module Simulated devices that send reports to real aggregators in Node, for tests. */
import type { Contributed } from '@nearside/browser/contribution/contribute.ts'
import { createVirtualDevice } from '@nearside/research/simulate/device.ts'

interface SimulateOptions {
  readonly leader: string
  readonly helper: string
  readonly modelHash: string
  readonly count: number
  /** Update of the device with this number, [d]. */
  readonly update: (device: number) => Promise<ArrayLike<number>> | ArrayLike<number>
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** Maximum number of attempts of a device while the leader can't take its report yet; default 20. */
  readonly attempts?: number
  readonly onContribution?: (device: number, contribution: Contributed) => void
}

/** Lets `count` devices contribute one after another; returns the outcome of each. */
export async function simulateDevices(options: SimulateOptions): Promise<readonly Contributed[]> {
  const contributions: Contributed[] = []
  for (let i = 0; i < options.count; i++) {
    const device = createVirtualDevice(options)
    const update = await options.update(i)
    let contribution = await device.contribute(() => update)
    for (let n = options.attempts ?? 20; n > 0 && isTemporary(contribution); n--) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      contribution = await device.contribute(() => update)
    }
    contributions.push(contribution)
    options.onContribution?.(i, contribution)
  }
  return contributions
}

function isTemporary(contribution: Contributed): boolean {
  return contribution.error?.code === 'aggregator-unreachable'
}
