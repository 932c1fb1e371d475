/** @module Pages that few visits begin with: their code comes after the first lists, before it is asked for. */
import { type ComponentType, lazy } from 'react'
import { Page } from './parts/Page.tsx'
import { words } from './words/words.ts'

type Load = () => Promise<ComponentType>

const loads: Load[] = []

/** A page of its own file. A file that can't be had is said; the shop goes on. */
export function laterPage(load: Load): ComponentType {
  loads.push(load)
  return lazy(async () => ({ default: await load().catch(() => Missing) }))
}

/** Brings all of them, e.g. to have them without a network. */
export async function bringLaterPages(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined)
}

function Missing() {
  return (
    <Page title={words.load.missingTitle} heading={words.load.missing}>
      <p role="alert">{words.load.missingPart}</p>
      <p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {words.tryAgain}
        </button>
      </p>
    </Page>
  )
}
