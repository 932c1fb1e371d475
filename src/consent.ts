/** @module Storage consent taken from the page's consent platform: Google Consent Mode or IAB TCF. */
export {
  type ConsentSource,
  fromConsentMode,
  fromTcf,
  withConsent,
} from '@nearside/browser/consent.ts'
