/** @module The page's consent platform answers whether anything is stored: Google Consent Mode, IAB TCF. */
export { fromConsentMode } from './sdk/consent/consentMode.ts'
export type { ConsentSource } from './sdk/consent/source.ts'
export { fromTcf, type TcfApi } from './sdk/consent/tcf.ts'
export { withConsent } from './sdk/consent/withConsent.ts'
