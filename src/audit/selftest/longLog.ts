/** @module How long the check of a long log takes: one entry in fifty is signed. */
import { createRandom } from '../../core/model/random.ts'
import { chain } from '../../device/ledger/chain.ts'
import { parseBundle } from '../bundle.ts'
import { verifyBundle } from '../verify.ts'
import { signed } from './tamper.ts'
import { createAggregators, VirtualDevice } from './virtualDevice.ts'

const BETWEEN_SIGNATURES = 50
const GUARD = { kind: 'guard', detail: { active: false } } as const
const SEED = { kind: 'seed', detail: { orders: 1 } } as const

/** @returns seconds from text to verdict */
export async function timeLongLog(entries: number, clock: () => number): Promise<number> {
  const device = new VirtualDevice(await createAggregators(), createRandom(1))
  await device.agree()
  await device.send()
  const { text, signer } = await device.export()
  const bundle = parseBundle(text)
  const ledger = bundle.ledger.slice(0, -1)
  while (ledger.length < entries - 1) {
    const isSigned = ledger.length % BETWEEN_SIGNATURES === 0
    const facts = { time: bundle.exported, ...(isSigned ? GUARD : SEED) }
    ledger.push(await chain(ledger[ledger.length - 1], facts, signer))
  }
  const end = bundle.ledger[bundle.ledger.length - 1]
  const long = await signed({ bundle, signer }, [...ledger, end])
  const started = clock()
  const { ok } = await verifyBundle(parseBundle(long))
  if (!ok) throw new Error('an honest log of this length is refused')
  return (clock() - started) / 1000
}
