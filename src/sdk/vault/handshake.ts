/**
 * @module How a page and a vault's document find each other: the document says that it is there, the page
 * hands it one end of a channel. All else passes over that channel, but for the question whether the shopper
 * agrees to contribute: the page only shows the vault's frame, which opens a window of the vault's own for it.
 */
import type { ContributionTerms } from '../../device/upload/terms.ts'

/** Another number whenever what passes changes so that an older end can't read it. */
export const VAULT = 'nearside-vault 3'

/** To the page. */
export interface FromVault {
  readonly vault: typeof VAULT
  /** It does not work, and why. */
  readonly refused?: string
  /** Whether its frame is to be seen: there is a question to the shopper. */
  readonly asks?: boolean
}

/** To the document. */
export interface ToVault {
  readonly vault: typeof VAULT
  /** Its frame is seen now, in a page of this language; null: it was closed without an answer. */
  readonly seen: string | null
}

/** From the document to the window that it opened, where a window says `VAULT` first. */
export interface ToWindow {
  readonly terms: ContributionTerms
  /** Origin of the page. */
  readonly shop: string
  /** Language of the page. */
  readonly language: string
}

/** From that window: the words that the shopper agreed to, or null. */
export interface FromWindow {
  readonly wording: string | null
}

/** What the document hands its worker. */
export interface Handed {
  /** Leads to the page. */
  readonly device: MessagePort
  /** Leads to the document's broker. */
  readonly broker: MessagePort
  /** Origin of the page. */
  readonly shop: string
  /** Who gets updates, as the document's own file says, unchecked; null: nobody. */
  readonly recipients: unknown
}

/** From the worker to the document. */
export type FromLocked = { readonly refused: string } | { readonly terms: ContributionTerms }

/** To the worker: the words that were agreed to, or null. */
export interface Answered {
  readonly wording: string | null
}
