/**
 * @module The auditor's seat in the browser: which engine and model are at work, what was learned
 * and how well, everything that degraded, what was fetched and every byte that was shared. Shows figures, not promises.
 */
import '../react/nearside.css'
import '../react/panel.css'
import './console.css'
import { useSyncExternalStore } from 'react'
import type { Item } from '../../core/catalog/item.ts'
import type { Personalizer } from '../../device/api.ts'
import { EngineSection } from './EngineSection.tsx'
import { EventsSection } from './EventsSection.tsx'
import { FederationSection } from './FederationSection.tsx'
import { LearningSection } from './LearningSection.tsx'
import { LedgerSection } from './LedgerSection.tsx'
import { ModelSection } from './ModelSection.tsx'
import { NoticesSection } from './NoticesSection.tsx'

/** What the console is told. */
export interface PrivacyConsoleProps {
  /** As `createPersonalizer` resolved with it. */
  readonly personalizer: Personalizer
  /** The shop's products, to show titles instead of ids. */
  readonly items?: readonly Item[]
  /** False where the shop has no aggregation servers. */
  readonly canContribute?: boolean
}

/** @example <PrivacyConsole personalizer={personalizer} /> */
export function PrivacyConsole({ personalizer, items, canContribute = true }: PrivacyConsoleProps) {
  const { subscribe, getSnapshot } = personalizer
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot)
  const parts = { personalizer, snapshot }
  return (
    <div className="ns-console">
      <LedgerSection {...parts} />
      <EngineSection {...parts} />
      <LearningSection snapshot={snapshot} items={items} />
      <EventsSection snapshot={snapshot} />
      <ModelSection {...parts} />
      <FederationSection {...parts} canContribute={canContribute} />
      <NoticesSection notices={snapshot.notices} />
    </div>
  )
}
