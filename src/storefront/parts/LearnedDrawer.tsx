/** @module The side panel "What this shop learned on your device", as a native modal dialog. */
import { useRef, useState } from 'react'
import { PersonalizationPanel, usePersonalization } from '../../react.ts'
import { useShop } from '../shop.ts'
import { useSignal } from '../signal.ts'
import { isNeutral, NEUTRAL } from '../tune/tuned.ts'
import { tuning } from '../tune/tuning.ts'
import { WhoPart } from '../who/Who.tsx'
import { WirePart } from '../wire/Wire.tsx'
import { words } from '../words/words.ts'
import { Icon } from './Icon.tsx'
import { Link } from './Link.tsx'

const MORE = [
  ['/side-by-side', 'toSideBySide'],
  ['/fast-forward', 'toFastForward'],
  ['/console', 'toConsole'],
] as const

/** A number that is highlighted when it changes. */
const Ticking = ({ value }: { readonly value: string }) => (
  <b key={value} className="tick">
    {value}
  </b>
)

export function LearnedDrawer() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [open, setOpen] = useState(false)
  const { unavailable } = useShop()
  const { learnedFrom, paused, sent } = usePersonalization()
  const close = () => dialog.current?.close()
  return (
    <>
      <button
        type="button"
        className="learned"
        aria-haspopup="dialog"
        onClick={() => {
          setOpen(true)
          dialog.current?.showModal()
        }}
      >
        <Icon name="leaf" />
        <span className={sent.bytes === 0 ? 'learned-text learned-line' : 'learned-text'}>
          <span className="visually-hidden">{words('header.whatLearned')} </span>
          <Ticking
            value={paused ? words('learningPaused') : words('learnedFrom', { n: learnedFrom })}
          />{' '}
          <span>
            <span className="learned-dot">·</span>{' '}
            <Ticking
              value={
                sent.bytes === 0 ? words('sharedNothing') : words('shared', { bytes: sent.bytes })
              }
            />
          </span>
        </span>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the backdrop is for pointers; Escape closes */}
      <dialog
        ref={dialog}
        className="drawer"
        aria-labelledby="drawer-title"
        // The state is read from the dialog, because the dialog can be open again by the time of the event.
        onClose={({ currentTarget }) => setOpen(currentTarget.open)}
        onClick={(event) => event.target === event.currentTarget && close()}
      >
        <div className="drawer-body">
          <div className="drawer-head">
            <h2 id="drawer-title">{words('header.drawer')}</h2>
            <button
              type="button"
              className="icon-button"
              aria-label={words('close')}
              onClick={close}
            >
              <Icon name="close" />
            </button>
          </div>
          {open && (
            <>
              {unavailable && <p className="notice">{words('unavailable')}</p>}
              <WhoPart />
              <WirePart />
              <TunedPart />
              <PersonalizationPanel agents />
              <ul className="drawer-more">
                {MORE.map(([href, name]) => (
                  <li key={href}>
                    <Link href={href} onClick={close}>
                      {words(`header.${name}`)}
                    </Link>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </dialog>
    </>
  )
}

/** Notice and reset button in the panel, if the shopper has changed the settings of their list. */
function TunedPart() {
  if (isNeutral(useSignal(tuning))) return null
  return (
    <p className="notice">
      {words('tune.line')}{' '}
      <button type="button" className="button" onClick={() => tuning.set(NEUTRAL)}>
        {words('tune.reset')}
      </button>
    </p>
  )
}
