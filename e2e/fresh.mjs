// Deletes earlier state, so that an end-to-end run starts with empty aggregators and the shipped base model.
import { rmSync } from 'node:fs'

rmSync(new URL('../var/e2e', import.meta.url), { recursive: true, force: true })
