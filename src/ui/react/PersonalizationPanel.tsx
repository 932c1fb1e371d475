/** @module Panel for shoppers, in everyday words: what was learned, what was sent, and controls for both. */
import './nearside.css'
import './panel.css'
import type { Personalizer } from '@nearside/browser/api.ts'
import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import { type ReactNode, useId, useRef, useState } from 'react'
import { troubleText } from '../messages/lists.ts'
import { Button, Fact, Switch } from './Button.tsx'
import { usePersonalizationContext } from './context.ts'
import { exportData } from './download.ts'
import { Learned } from './Learned.tsx'
import { costText, engineText, fitText, guardText, sentText } from './panelText.ts'
import { SharingOffer } from './SharingOffer.tsx'
import { focusAtOnce, useAction } from './useAction.tsx'
import { usePersonalization } from './usePersonalizer.ts'

/**
 * Panel that shows what is stored, learned and shared, with the shopper's controls.
 * @example <PersonalizationPanel />
 */
export function PersonalizationPanel({
  onErased,
  agents = false,
  children,
}: {
  /** Whether the shop offers tools to agents (`offerToAgents`). If so, browsers with WebMCP get a switch for agents. */
  readonly agents?: boolean
  /** Called after everything was erased, so that the shop can erase its own data. */
  readonly onErased?: () => void
  /** Content at the end of the panel, e.g. a link to the shop’s privacy page. */
  readonly children?: ReactNode
}) {
  const { personalizer, words } = usePersonalizationContext()
  const snapshot = usePersonalization()
  const { allowed, unerased } = snapshot.persist
  const isStored = allowed === true || unerased === true
  return (
    <div className="ns-panel">
      <p className="ns-sent">{sentText(words, snapshot)}</p>
      <p className="ns-panel-lead">{words('lead')}</p>
      <Learned snapshot={snapshot} />
      <dl className="ns-facts">
        <Fact name={words('kept')}>
          {snapshot.storage === 'indexeddb' ? words('keptHere') : words('keptInPage')}
        </Fact>
        <Fact name={words('computedWith')}>{engineText(words, snapshot)}</Fact>
        <Fact name={words('lastLearned')}>{fitText(words, snapshot)}</Fact>
        <Fact name={words('check')}>{guardText(words, snapshot)}</Fact>
      </dl>
      {snapshot.notices.length > 0 && (
        <p className="ns-notice" role="status">
          {troubleText(words, snapshot.notices[0].code)}
        </p>
      )}
      {personalizer && snapshot.persist.option === 'ask' && (
        <Choice
          name="keep"
          checked={isStored}
          wish={isStored ? 'unpersist' : 'persist'}
          choose={() => personalizer.setPersist(!isStored)}
        />
      )}
      {personalizer && snapshot.canContribute && (
        <Consent personalizer={personalizer} snapshot={snapshot} />
      )}
      {personalizer && agents && 'modelContext' in document && !snapshot.vault && (
        <Choice
          name="agents"
          checked={snapshot.agents}
          wish="agents"
          choose={() => personalizer.setAgents(!snapshot.agents)}
        />
      )}
      {personalizer && (
        <Controls personalizer={personalizer} snapshot={snapshot} onErased={onErased} />
      )}
      {children}
    </div>
  )
}

interface PartProps {
  readonly personalizer: Personalizer
  readonly snapshot: PersonalizerSnapshot
}

function Choice(props: {
  readonly checked: boolean
  readonly name: 'keep' | 'agents'
  /** Key of the message that is shown if `choose` fails. */
  readonly wish: Parameters<ReturnType<typeof useAction>['run']>[0]
  readonly choose: () => Promise<void>
}) {
  const { checked, name, wish, choose } = props
  const { words } = usePersonalizationContext()
  const id = useId()
  const { run, alert } = useAction()
  return (
    <section className="ns-block">
      <Switch checked={checked} aria-describedby={id} onClick={() => void run(wish, choose)}>
        {words(name)}
      </Switch>
      <p id={id} className="ns-small">
        {words(`${name}Text`)}
      </p>
      {alert}
    </section>
  )
}

function Consent({ personalizer, snapshot }: PartProps) {
  const { locale, words } = usePersonalizationContext()
  const { run, alert } = useAction()
  const { consent, terms, vault } = snapshot
  const { since } = consent
  return (
    <section className="ns-block" aria-label={words('help')}>
      <h3 className="ns-block-title">{words('help')}</h3>
      <SharingOffer
        snapshot={snapshot}
        words={words}
        sharing={`${words('helpText')} ${costText(words, snapshot)}`}
        onAnswer={(...answer) =>
          void run('contribute', () => personalizer.setContribution(...answer))
        }
      />
      {terms === null && !vault && !consent.contribute && (
        <Button onClick={() => void run('terms', () => personalizer.contributionTerms())}>
          {words('askTerms')}
        </Button>
      )}
      {alert}
      {since !== null && (
        <p className="ns-small">
          {words('onSince', { date: new Date(since).toLocaleString(locale) })}
        </p>
      )}
    </section>
  )
}

function Controls({
  personalizer,
  snapshot,
  onErased,
}: PartProps & { readonly onErased?: () => void }) {
  const { words } = usePersonalizationContext()
  const { run, alert } = useAction()
  const { events, paused } = snapshot
  /** Whether the panel now asks for confirmation of an erasure; null before the first question. */
  const [sure, setSure] = useState<boolean | null>(null)
  const [said, setSaid] = useState('')
  const status = useRef<HTMLParagraphElement>(null)
  async function erase() {
    setSaid('')
    const erased = await run('erase', async () => {
      await personalizer.erase()
      onErased?.()
    })
    if (!erased) return
    setSure(null)
    setSaid(words('erased'))
    // The pressed button is gone, so the focus moves to the outcome.
    status.current?.focus()
  }
  return (
    <section className="ns-block" aria-label={words('yourData')}>
      <div className="ns-actions">
        <Button
          aria-pressed={paused}
          onClick={() => void run('pause', () => personalizer.pause(!paused))}
        >
          {paused ? words('resume') : words('pause')}
        </Button>
        <Button onClick={() => void run('export', () => exportData(personalizer))}>
          {words('exportData')}
        </Button>
        <button
          type="button"
          className="ns-button ns-danger"
          // The key makes React create a new button, so that a screen reader reads the new text.
          key={String(sure)}
          ref={sure === null ? null : focusAtOnce}
          onClick={() => (sure ? void erase() : setSure(true))}
        >
          {sure ? words('eraseSure', { n: events.count }) : words('erase')}
        </button>
        {sure && <Button onClick={() => setSure(false)}>{words('eraseKeep')}</Button>}
      </div>
      <p className="ns-small">{words('exportHolds')}</p>
      {alert}
      <p className="ns-small" role="status" ref={status} tabIndex={-1}>
        {said}
      </p>
    </section>
  )
}
