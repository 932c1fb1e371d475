/**
 * @module Technical details: engine and model, learning and its quality, notices about everything that stopped working,
 * and the log entry by entry.
 */

import type { LedgerEntry } from '@nearside/browser/ledger/entry.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { SectionProps } from '../Section.tsx'
import { EngineSection } from './EngineSection.tsx'
import { EventsSection } from './EventsSection.tsx'
import { FederationSection } from './FederationSection.tsx'
import { LearningSection } from './LearningSection.tsx'
import { LedgerSection } from './LedgerSection.tsx'
import { ModelSection } from './ModelSection.tsx'
import { NoticesSection } from './NoticesSection.tsx'

export interface TechnicalProps extends SectionProps {
  readonly entries: readonly LedgerEntry[]
  readonly items?: readonly Item[]
}

export function Technical({ items, entries, ...parts }: TechnicalProps) {
  return (
    <div className="ns-parts">
      <EngineSection {...parts} />
      <LearningSection snapshot={parts.snapshot} items={items} />
      <EventsSection snapshot={parts.snapshot} />
      <ModelSection {...parts} />
      <FederationSection {...parts} />
      <NoticesSection notices={parts.snapshot.notices} />
      <LedgerSection entries={entries} />
    </div>
  )
}
