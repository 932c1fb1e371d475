/** @module A button that cuts the connection to servers ("wire"), a sign while it is cut, and the list of requests. */
import { useEffect, useEffectEvent, useState } from 'react'
import { usePersonalization, usePersonalizer } from '../../react.ts'
import { replayKept } from '../offline.ts'
import { unsent } from '../outbox.ts'
import { Icon } from '../parts/Icon.tsx'
import { useSignal } from '../signal.ts'
import { count } from '../text.ts'
import { words } from '../words/words.ts'
import type { Asked } from './asked.ts'
import { useAsked } from './requests.ts'
import { whatIs } from './whatIs.ts'
import { isCut, setWire, type Trouble } from './wire.ts'

/** Maximum number of requests on screen; the sums count all requests. */
const ROWS = 100

type Shown = Trouble | 'ask' | 'starting'

/** State and functions of a button that blocks all requests ("cuts the wire") or allows them again. */
function useWire() {
  const cut = useSignal(isCut)
  const personalizer = usePersonalizer()
  const { persist } = usePersonalization()
  const [trouble, setTrouble] = useState<Shown | null>(null)
  const [busy, setBusy] = useState(false)
  const stored = useSignal(replayKept)

  /**
   * Tells the causes of `no-worker` apart: the shopper hasn't allowed storing, or the shop's files aren't stored yet.
   */
  function reasonOf(why: Trouble | null): Shown | null {
    if (why !== 'no-worker' || !import.meta.env.PROD) return why
    if (persist.option === 'ask' && persist.allowed !== true) return 'ask'
    return 'serviceWorker' in navigator && replayKept.get() === 'unknown' ? 'starting' : why
  }

  async function press(): Promise<void> {
    if (busy) return
    setBusy(true)
    setTrouble(reasonOf(await setWire(!cut, personalizer)))
    setBusy(false)
  }

  // If the shopper pressed the button before the shop's files were stored, the page blocks requests once these files
  // are stored.
  const pressAgain = useEffectEvent(() => void press())
  useEffect(() => {
    if (trouble === 'starting' && stored !== 'unknown') pressAgain()
  }, [trouble, stored])

  async function keep(): Promise<void> {
    const isKept = await personalizer?.setPersist(true).then(
      () => true,
      () => false,
    )
    setTrouble(isKept ? 'starting' : 'not-stored')
  }
  return { cut, press, trouble, keep }
}

export function WireButton() {
  const { cut, press, trouble, keep } = useWire()
  const waiting = useSignal(unsent).length
  return (
    <div className="wire">
      <button type="button" className={cut ? 'button wire-cut' : 'button'} onClick={press}>
        <Icon name={cut ? 'cut' : 'cable'} /> {cut ? words('wire.mend') : words('wire.cut')}
      </button>
      <p role="status" className="wire-state">
        {trouble && words(`wire.trouble.${trouble}`)}
        {!trouble && cut && words('wire.isCut')}{' '}
        {waiting > 0 && words('wire.waiting', { n: waiting })}
      </p>
      {trouble === 'ask' && (
        <button type="button" className="button" onClick={keep}>
          {words('keep.yes')}
        </button>
      )}
    </div>
  )
}

/** Sign in the header while all requests are blocked ("the wire is cut"); a press allows them again. */
export function CutSign() {
  const { cut, press } = useWire()
  return (
    cut && (
      <button
        type="button"
        className="cut-sign"
        aria-label={words('wire.signLong')}
        onClick={press}
      >
        <Icon name="cut" /> <span>{words('wire.sign')}</span>
      </button>
    )
  )
}

/** Part of the side panel: the button that blocks requests, and all requests since the page opened. */
export function WirePart() {
  const asked = useAsked()
  return (
    <section className="wire-part" aria-labelledby="wire-title">
      <h3 id="wire-title">{words('wire.title')}</h3>
      <p>{words('wire.lead')}</p>
      <WireButton />
      <details>
        <summary>{words('wire.requests', { n: asked.length })}</summary>
        <Requests asked={asked} />
      </details>
    </section>
  )
}

/** Shows totals, the latest requests, and a note on the requests that this page can't see. */
export function Requests({ asked }: { readonly asked: readonly Asked[] }) {
  const sum = (way: Asked['way']) => count(asked.filter((one) => one.way === way).length)
  const bytes = asked.reduce((all, { sent }) => all + (sent ?? 0), 0)
  const unknown = asked.filter(({ sent }) => sent === null).length
  return (
    <>
      <p>
        {words('wire.sums', {
          here: sum('here'),
          network: sum('network'),
          refused: sum('refused'),
          bytes: count(bytes),
        })}{' '}
        {words('wire.unknown', { n: unknown })}
      </p>
      <ol className="requests" reversed start={asked.length}>
        {asked
          // biome-ignore lint/suspicious/noArrayIndexKey: a request has no identity but its place, which stays
          .map((one, place) => <Request key={place} asked={one} />)
          .slice(-ROWS)
          .reverse()}
      </ol>
      <p className="small">{words('wire.limits')}</p>
    </>
  )
}

function Request({ asked: { address, way, sent } }: { readonly asked: Asked }) {
  return (
    <li className={`request request-${way}`}>
      <span>{words(`wire.is.${whatIs(address)}`)}</span>{' '}
      <code>{address.replace(location.origin, '')}</code>{' '}
      <span className="request-way">
        {words(`wire.way.${way}`)}
        {sent !== null && sent > 0 && `, ${words('wire.body', { bytes: count(sent) })}`}
      </span>
    </li>
  )
}
