/** @module Storage consent taken from the page's consent platform: Google Consent Mode or IAB TCF. */
export { fromConsentMode } from '@nearside/browser/consent/consentMode.ts'
export { fromTcf } from '@nearside/browser/consent/tcf.ts'
export type { ConsentSource } from '@nearside/browser/consent/withConsent.ts'
export { withConsent } from '@nearside/browser/consent/withConsent.ts'
