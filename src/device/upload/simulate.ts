/**
 * @module Virtual devices against real aggregators, from Node: each goes through the very code of a
 * shopper's browser, with memory for storage and the fetch that it is given.
 */
import { NearsideError } from '../../core/error.ts'
import type { Transport } from '../transport/transport.ts'
import type { Budget } from './budget.ts'
import { type Contribution, type LedgerFacts, sendReport } from './sendReport.ts'

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
  readonly onContribution?: (device: number, contribution: Contribution) => void
}

/** One device of the simulation; it can contribute again, as a browser can. */
export interface SimulatedDevice {
  contribute(update: ArrayLike<number>): Promise<Contribution>
  readonly ledger: readonly LedgerFacts[]
  budget(): Budget | undefined
}

type DeviceOptions = Pick<SimulateOptions, 'leader' | 'helper' | 'modelHash' | 'fetch' | 'now'>

export function createSimulatedDevice(options: DeviceOptions): SimulatedDevice {
  const ledger: LedgerFacts[] = []
  let budget: Budget | undefined
  const since = options.now()
  return {
    ledger,
    budget: () => budget,
    contribute: (update) =>
      sendReport(
        {
          consent: { contribute: true, since },
          globalPrivacyControl: undefined,
          endpoints: options,
          transport: simulatedTransport(options.fetch),
          appendLedger: async (facts) => ledger.push(facts),
          readBudget: async () => budget,
          writeBudget: async (next) => {
            budget = next
          },
          modelHash: options.modelHash,
          now: options.now,
        },
        () => update,
      ),
  }
}

/** Plays `count` devices one after another and returns what became of each. */
export async function simulateDevices(options: SimulateOptions): Promise<readonly Contribution[]> {
  const contributions: Contribution[] = []
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

function isTemporary(contribution: Contribution): boolean {
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
