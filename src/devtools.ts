/** @module The developer's panel, which a page loads only where its address says `?nearside-devtools`. */
export { type DevtoolsOptions, withDevtools } from './ui/devtools/panel.ts'
