/** @module Developer panel; a page loads it only if its address contains `?nearside-devtools`. */
export { withDevtools } from '@nearside/ui/devtools/panel.ts'
