/** @module Token issuer for a shop's server: gives signed-in shoppers the tokens that reports need. */
export { createTokenIssuer } from '@nearside/aggregate/server/tokenIssuer.ts'
