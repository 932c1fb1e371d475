/** @module Developer panel; a page loads it only if its address contains `?nearside-devtools`. */
export { withDevtools } from './ui/devtools/panel.ts'
