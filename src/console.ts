/** @module The privacy console, a React component. */
export { PrivacyConsole } from '@nearside/ui/console/PrivacyConsole.tsx'
export type { ConsoleLabels } from '@nearside/ui/messages/console.ts'
