/** @module "Who's it for?" beside the shopper's list, and a note while the choice is "Nobody". */
import type { RefObject } from 'react'
import { usePersonalization } from '../../react.ts'
import { useSignal } from '../signal.ts'
import { NOBODY, who } from '../stored.ts'
import { words } from '../words/words.ts'
import { Choice } from './Choice.tsx'

/** Returns the name of the person for whom the shopper shops; null if the choice is "Me" or "Nobody". */
export function usePerson(): string | null {
  const current = useSignal(who)
  const { profiles } = usePersonalization()
  return profiles.others.find(({ id }) => id === current)?.name ?? null
}

interface WhoButtonProps {
  readonly ref: RefObject<HTMLButtonElement | null>
  readonly open: boolean
  readonly onToggle: () => void
}

export function WhoButton({ ref, open, onToggle }: WhoButtonProps) {
  const person = usePerson()
  const isNobody = useSignal(who) === NOBODY
  return (
    <button
      ref={ref}
      type="button"
      className="compare-toggle who-button"
      aria-expanded={open}
      onClick={onToggle}
    >
      <span className="who-question">{words('who')} </span>
      <b dir="auto">{person ?? words(isNobody ? 'who.nobody' : 'who.me')}</b>
    </button>
  )
}

/** Note that this visit isn't stored, shown while the choice is "Nobody". */
export function NobodyNote() {
  if (useSignal(who) !== NOBODY) return null
  return <p className="notice who-note">{words('who.note')}</p>
}

/**
 * The choice of the person in the side panel, always open. Its code loads with the panel's, because a part that came
 * later would push the focused button out of sight.
 */
export function WhoPart() {
  return (
    <section className="who-part" aria-labelledby="who-part">
      <h3 id="who-part">{words('who')}</h3>
      <Choice />
      <NobodyNote />
    </section>
  )
}
