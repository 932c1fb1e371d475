/** @module Pages with which few visits begin. Their code loads after the first lists, usually before it is needed. */
import { type ComponentType, lazy } from 'react'
import { Page } from './parts/Page.tsx'
import { words } from './words/words.ts'

type Load<Props> = () => Promise<ComponentType<Props>>

const loads: (() => Promise<unknown>)[] = []

/** Creates a page whose code is in its own file. If the file can't load, the page says so and the shop continues. */
export const laterPage = (load: Load<object>): ComponentType => later(load, Missing)

/** Like `laterPage`, for a part of a page. */
export const laterPart = <Props,>(load: Load<Props>): ComponentType<Props> =>
  later(load, MissingPart)

function later<Props>(load: Load<Props>, missing: ComponentType): ComponentType<Props> {
  loads.push(load)
  return lazy(async () => ({ default: await load().catch(() => missing) }))
}

/** Loads the code of all later pages, so that they open at once, also without a network. */
export async function bringLaterPages(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined)
}

function Missing() {
  return (
    <Page title={words('load.missingTitle')} heading={words('load.missing')}>
      <MissingPart />
    </Page>
  )
}

function MissingPart() {
  return (
    <>
      <p role="alert">{words('load.missingPart')}</p>
      <p>
        <button type="button" className="button" onClick={() => location.reload()}>
          {words('tryAgain')}
        </button>
      </p>
    </>
  )
}
