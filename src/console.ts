/** @module The privacy console, a React component. */
export { PrivacyConsole, type PrivacyConsoleProps } from './ui/console/PrivacyConsole.tsx'
export { CONSOLE_ENGLISH, type ConsoleLabels } from './ui/console/words.ts'
