/** @module English words of the agreement to share, in vault, panel and console. */
import sharing from './messages/sharing.en.json' with { type: 'json' }

export const SHARING_ENGLISH = { ...sharing }

export type SharingKey = keyof typeof SHARING_ENGLISH
