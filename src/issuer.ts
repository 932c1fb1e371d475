/** @module For a shop's server: gives shoppers who are signed in the tokens that reports need. */
export {
  createTokenIssuer,
  type TokenIssuer,
  type TokenIssuerOptions,
} from './aggregate/server/tokenIssuer.ts'
