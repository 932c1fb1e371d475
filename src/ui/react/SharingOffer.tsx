/** @module The text about sharing, with the switch by which a shopper agrees to it, for panel and console. */

import type { PersonalizerSnapshot } from '@nearside/browser/apiSnapshot.ts'
import type { Words } from '@nearside/browser/page/words.ts'
import { type ReactNode, useId } from 'react'
import { Switch } from './Button.tsx'

type OfferKey = 'demonstration' | 'privacyControl' | 'contributeNeeds' | 'contribute'

/** Text that the shopper agrees to, as the consent stores it. */
export const wordingOf = (
  { terms }: Pick<PersonalizerSnapshot, 'terms'>,
  words: Words<'demonstration'>,
  sharing: string,
) => (terms?.demonstration ? `${words('demonstration')} ${sharing}` : sharing)

export function SharingOffer(props: {
  readonly snapshot: PersonalizerSnapshot
  readonly words: Words<OfferKey>
  /** Text that describes an update and the servers' terms. */
  readonly sharing: string
  readonly onAnswer: (contribute: boolean, wording: string) => void
  /** Content between text and switch. */
  readonly children?: ReactNode
}) {
  const { snapshot, words, sharing, onAnswer, children } = props
  const id = useId()
  const { consent, globalPrivacyControl, persist, terms, vault } = snapshot
  const { contribute } = consent
  const stored = persist.allowed === true
  // A vault (a frame on another origin) asks for the consent with its own text, so the terms needn't be known here.
  const isUnknown = terms === null && !vault
  return (
    <>
      {terms?.demonstration && (
        <p className="ns-notice" role="note">
          {words('demonstration')}
        </p>
      )}
      <p id={id}>
        {sharing} {globalPrivacyControl && <strong>{words('privacyControl')}</strong>}{' '}
        {!stored && <strong>{words('contributeNeeds')}</strong>}
      </p>
      {children}
      <Switch
        checked={contribute}
        aria-describedby={id}
        disabled={!contribute && (globalPrivacyControl || !stored || isUnknown)}
        onClick={() => onAnswer(!contribute, wordingOf(snapshot, words, sharing))}
      >
        {words('contribute')}
      </Switch>
    </>
  )
}
