/** Checks the theme extension as Shopify's own command does: `node check.js` ends with 1 if anything is wrong. */
import { fileURLToPath } from 'node:url'
import { themeCheckRun } from '@shopify/theme-check-node'

const root = fileURLToPath(new URL('extensions/nearside-theme', import.meta.url))
const { offenses } = await themeCheckRun(root, 'theme-check:theme-app-extension')
for (const { check, message, uri, start } of offenses)
  console.log(`${uri}:${start.line + 1} ${check}: ${message}`)
process.exit(offenses.length === 0 ? 0 : 1)
