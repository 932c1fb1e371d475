/** @module Holds a personalizer back until the page's consent platform says yes: Google Consent Mode, IAB TCF. */
export { fromConsentMode } from './sdk/consent/consentMode.ts'
export type { ConsentSource } from './sdk/consent/source.ts'
export { fromTcf, type TcfApi } from './sdk/consent/tcf.ts'
export { type ConsentOptions, withConsent } from './sdk/consent/withConsent.ts'
