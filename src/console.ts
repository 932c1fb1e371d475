/** @module The privacy console, a React component. */
export { PrivacyConsole, type PrivacyConsoleProps } from './console/PrivacyConsole.tsx'
