/** @module Token issuer for a shop's server: gives signed-in shoppers the tokens that reports need. */
export {
  createTokenIssuer,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './aggregate/server/tokenIssuer.ts'
