/**
 * @module Messages that connect a page and a vault (frame on another origin). The vault's document announces itself,
 * and the page passes it one end of a channel for all calls. The question whether the shopper agrees to contribute does
 * not use that channel: the page only shows the frame, which opens a window of its own origin.
 */
import type { ContributionTerms } from '../contribution/terms.ts'

/** Version of the messages, raised whenever a page or vault of an earlier version could not read them. */
export const VAULT = 'nearside-vault 3'

export interface FromVault {
  readonly vault: typeof VAULT
  /** Reason why the vault does not work; absent if it works. */
  readonly refused?: string
  /** Whether the page must show the vault's frame, because the vault has a question for the shopper. */
  readonly asks?: boolean
}

export interface ToVault {
  readonly vault: typeof VAULT
  /** Language of the page once it shows the vault's frame; null if the shopper closed the frame without an answer. */
  readonly seen: string | null
}

/** Message from the document to the window that it opened, after the window has sent `VAULT`. */
export interface ToWindow {
  readonly terms: ContributionTerms
  /** Origin of the page. */
  readonly shop: string
  readonly language: string
}

/** Answer that the window sends to the document, and the document to its worker. */
export interface Answered {
  /** Words that the shopper agreed to; null if the shopper declined. */
  readonly wording: string | null
}

/** Message from the vault's document to its worker. */
export interface Handed {
  /** Channel to the page. */
  readonly device: MessagePort
  /** Channel to the document, which makes the worker's requests. */
  readonly broker: MessagePort
  /** Origin of the page. */
  readonly shop: string
  /** Recipients of updates from `vault.html`, not validated; null if that file names none. */
  readonly recipients: unknown
}

/** Message from the vault's worker to its document. */
export type FromLocked = { readonly refused: string } | { readonly terms: ContributionTerms }
