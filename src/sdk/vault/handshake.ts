/**
 * @module How a page and a vault's document find each other: the document says that it is there, the page
 * hands it one end of a channel. All else passes over that channel.
 */

/** Another number whenever what passes changes so that an older end can't read it. */
export const VAULT = 'nearside-vault 1'

/** To the page: the vault does not work, and why. */
export interface Refusal {
  readonly vault: typeof VAULT
  readonly refused: string
}

/** What the document hands its worker. */
export interface Handed {
  /** Leads to the page. */
  readonly device: MessagePort
  /** Leads to the document's broker. */
  readonly broker: MessagePort
  /** Origin of the page. */
  readonly shop: string
}
