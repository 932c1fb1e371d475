export type { VaultSource } from './device/api.ts'
export { inVault } from './sdk/vault/inVault.ts'
