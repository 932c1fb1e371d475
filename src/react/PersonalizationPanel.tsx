/**
 * @module What was learned, what was sent, and the shopper's say over both, in plain words. Needs no
 * account of machine learning; the console has the figures.
 */
import './nearside.css'
import { type ReactNode, useId, useState } from 'react'
import type { Personalizer, PersonalizerSnapshot } from '../personalizer/api.ts'
import { usePersonalizationContext } from './context.ts'
import { download } from './download.ts'
import { Learned } from './Learned.tsx'
import { engineText, fitText, guardText, sentText, storedText } from './panelText.ts'
import { usePersonalization } from './usePersonalizer.ts'

export interface PersonalizationPanelProps {
  /** False where the shop has no aggregation servers: there is then nothing to consent to. */
  readonly canContribute?: boolean
  /** Called after everything was erased, for what the shop itself keeps. */
  readonly onErased?: () => void
  readonly children?: ReactNode
}

/** @example <PersonalizationPanel canContribute={false} /> */
export function PersonalizationPanel({
  canContribute = true,
  onErased,
  children,
}: PersonalizationPanelProps) {
  const { personalizer } = usePersonalizationContext()
  const snapshot = usePersonalization()
  return (
    <div className="ns-panel">
      <p className="ns-sent">{sentText(snapshot)}</p>
      <p className="ns-panel-lead">
        This shop sorts its shelves on your device. What you look at and buy stays in this browser;
        the shop’s servers do not see it.
      </p>
      <Learned learned={snapshot.learned} />
      <Facts snapshot={snapshot} />
      {snapshot.notices.length > 0 && (
        <p className="ns-notice" role="status">
          {snapshot.notices[0].message}
        </p>
      )}
      {personalizer && (
        <>
          {canContribute && <Consent personalizer={personalizer} snapshot={snapshot} />}
          <Controls personalizer={personalizer} snapshot={snapshot} onErased={onErased} />
        </>
      )}
      {children}
    </div>
  )
}

function Facts({ snapshot }: { readonly snapshot: PersonalizerSnapshot }) {
  return (
    <dl className="ns-facts">
      <div>
        <dt>Kept</dt>
        <dd>{storedText(snapshot)}</dd>
      </div>
      <div>
        <dt>Computed with</dt>
        <dd>{engineText(snapshot)}</dd>
      </div>
      <div>
        <dt>Last learned</dt>
        <dd>{fitText(snapshot)}</dd>
      </div>
      <div>
        <dt>Check</dt>
        <dd>{guardText(snapshot)}</dd>
      </div>
    </dl>
  )
}

interface PartProps {
  readonly personalizer: Personalizer
  readonly snapshot: PersonalizerSnapshot
}

/** Off by default; the words say what a contribution is before the switch, not after. */
function Consent({ personalizer, snapshot }: PartProps) {
  const id = useId()
  const { contribute, since } = snapshot.consent
  return (
    <section className="ns-block" aria-labelledby={`${id}h`}>
      <h3 className="ns-block-title" id={`${id}h`}>
        Help the shop learn
      </h3>
      <p id={`${id}d`}>
        If you switch this on, your device now and then sends one small sum of corrections to the
        shared model: no clicks, no products, no searches, no name. It is cut to a fixed size and
        split in two halves for two separate servers, each unreadable on its own; they add many
        shoppers’ halves and blur the total. Switch it off whenever you like; a sum already added
        can’t be taken out again.
      </p>
      <button
        type="button"
        role="switch"
        className="ns-switch"
        aria-checked={contribute}
        aria-describedby={`${id}d`}
        onClick={() => void personalizer.setContribution(!contribute)}
      >
        Contribute to the shared model
      </button>
      {contribute && since !== null && (
        <p className="ns-small">On since {new Date(since).toLocaleString('en-GB')}.</p>
      )}
    </section>
  )
}

function Controls({
  personalizer,
  snapshot,
  onErased,
}: PartProps & { readonly onErased?: () => void }) {
  const [sure, setSure] = useState(false)
  const [said, setSaid] = useState('')
  async function erase() {
    await personalizer.erase()
    onErased?.()
    setSure(false)
    setSaid('Everything about you was erased from this device.')
  }
  return (
    <section className="ns-block" aria-label="Your data">
      <div className="ns-actions">
        <button
          type="button"
          className="ns-button"
          aria-pressed={snapshot.paused}
          onClick={() => void personalizer.pause(!snapshot.paused)}
        >
          {snapshot.paused ? 'Resume learning' : 'Pause learning'}
        </button>
        <button
          type="button"
          className="ns-button"
          onClick={async () => download('my-shop-data.json', await personalizer.export())}
        >
          Export my data
        </button>
        {sure ? (
          <>
            <button type="button" className="ns-button ns-danger" onClick={() => void erase()}>
              Yes, erase everything
            </button>
            <button type="button" className="ns-button" onClick={() => setSure(false)}>
              Keep it
            </button>
          </>
        ) : (
          <button type="button" className="ns-button ns-danger" onClick={() => setSure(true)}>
            Erase everything
          </button>
        )}
      </div>
      <p className="ns-small" role="status">
        {said}
      </p>
    </section>
  )
}
