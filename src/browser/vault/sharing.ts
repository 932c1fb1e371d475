/** @module English texts of the agreement to share, shown in the vault, the privacy panel and the privacy console. */
import sharing from './messages/sharing.en.json' with { type: 'json' }

export const SHARING_ENGLISH = { ...sharing }

export type SharingKey = keyof typeof SHARING_ENGLISH
