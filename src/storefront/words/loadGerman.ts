/** @module German, the shop's and the package's: fetched by who reads it. */
export const loadGerman = () => Promise.all([import('./german.ts'), import('../../german.ts')])
