/** @module Parts of a device. Each part gets the other parts that it names. */
import type { Ledger } from '../ledger/ledger.ts'
import type { WorkerConfig } from '../messages.ts'
import type { Store } from '../storage/store.ts'
import type { Transport } from '../transport/transport.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { DeviceContext } from './context.ts'
import type { Environment } from './device.ts'
import type { Learner } from './learner.ts'
import type { Notices } from './notices.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'
import type { Bus, DeviceState } from './state.ts'
import type { Tabs } from './tabs.ts'

export interface Parts extends Environment {
  readonly bus: Bus
  readonly chosen: ChosenLearners | null
  readonly config: WorkerConfig
  readonly context: DeviceContext
  readonly learner: Learner
  readonly ledger: Ledger
  readonly notices: Notices
  readonly shop: Shop
  readonly shopper: Shopper
  readonly state: DeviceState
  readonly store: Store
  readonly tabs: Tabs
  readonly transport: Transport
}
