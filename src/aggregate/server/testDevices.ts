/**
 * @module Virtual devices against real aggregators, from Node, for tests: each goes through the very
 * code of a shopper's browser, with memory for storage and the fetch that it is given.
 */
import { NearsideError } from '../../core/error.ts'
import type { EntryFacts } from '../../device/ledger/chain.ts'
import type { Settings } from '../../device/storage/settingRows.ts'
import type { Transport } from '../../device/transport/transport.ts'
import { type Contributed, contribute } from '../../device/upload/contribute.ts'
import { DEVICE_TERMS } from '../../device/upload/terms.ts'

export interface SimulateOptions {
  /** Base URLs of the aggregators. */
  readonly leader: string
  readonly helper: string
  /** Hex SHA-256 of the model's manifest.json, as in `latest.json`. */
  readonly modelHash: string
  readonly count: number
  /** The update of device `i`, [d]. */
  readonly update: (device: number) => Promise<ArrayLike<number>> | ArrayLike<number>
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  /** How often a device tries again when the leader can't take its report yet; default 20. */
  readonly attempts?: number
  readonly onContribution?: (device: number, contribution: Contributed) => void
}

/** One device of the simulation; it can contribute again, as a browser can. */
export interface SimulatedDevice {
  contribute(update: ArrayLike<number>): Promise<Contributed>
  readonly ledger: readonly Omit<EntryFacts, 'time'>[]
  kept(): Partial<Settings>
}

type DeviceOptions = Pick<SimulateOptions, 'leader' | 'helper' | 'modelHash' | 'fetch' | 'now'>

export function createSimulatedDevice(options: DeviceOptions): SimulatedDevice {
  const ledger: Omit<EntryFacts, 'time'>[] = []
  const terms = { ...DEVICE_TERMS, trust: 'trusted-server' } as const
  let kept: Partial<Settings> = { consent: { contribute: true, since: options.now(), terms } }
  return {
    ledger,
    kept: () => kept,
    contribute: (update) =>
      contribute({
        globalPrivacyControl: undefined,
        endpoints: options,
        transport: simulatedTransport(options.fetch),
        ledger: {
          append: async (facts) => {
            ledger.push(facts)
            return facts as never
          },
          count: async (facts) => void ledger.push(facts),
        },
        records: async (change) => {
          kept = { ...kept, ...change(kept, 0) }
        },
        modelHash: options.modelHash,
        now: options.now,
        update: () => update,
      }),
  }
}

/** Plays `count` devices one after another and returns what became of each. */
export async function simulateDevices(options: SimulateOptions): Promise<readonly Contributed[]> {
  const contributions: Contributed[] = []
  for (let i = 0; i < options.count; i++) {
    const device = createSimulatedDevice(options)
    const update = await options.update(i)
    let contribution = await device.contribute(update)
    for (let n = options.attempts ?? 20; n > 0 && isTemporary(contribution); n--) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      contribution = await device.contribute(update)
    }
    contributions.push(contribution)
    options.onContribution?.(i, contribution)
  }
  return contributions
}

function isTemporary(contribution: Contributed): boolean {
  return contribution.error?.code === 'aggregator-unreachable'
}

function simulatedTransport(fetch: typeof globalThis.fetch): Pick<Transport, 'get' | 'post'> {
  const send = async (url: string, init?: RequestInit) => {
    try {
      const response = await fetch(url, init)
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
    } catch (error) {
      throw NearsideError.from(error, 'aggregator-unreachable', `No answer from ${url}`)
    }
  }
  return {
    async get(url) {
      const { status, body } = await send(url)
      if (status !== 200)
        throw new NearsideError('aggregator-unreachable', `${url} answered ${status}`)
      return body
    },
    post: (url, body, contentType) =>
      send(url, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': contentType },
      }),
  }
}
