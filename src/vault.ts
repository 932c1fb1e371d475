export type { VaultSource } from '@nearside/browser/api.ts'
export { inVault } from '@nearside/browser/vault/inVault.ts'
