/** @module The privacy console, a React component. */
export { PrivacyConsole } from './ui/console/PrivacyConsole.tsx'
export type { ConsoleLabels } from './ui/console/words.ts'
