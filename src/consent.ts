/** @module Storage consent taken from the page's consent platform: Google Consent Mode or IAB TCF. */
export { fromConsentMode } from './sdk/consent/consentMode.ts'
export type { ConsentSource } from './sdk/consent/source.ts'
export { fromTcf } from './sdk/consent/tcf.ts'
export { withConsent } from './sdk/consent/withConsent.ts'
