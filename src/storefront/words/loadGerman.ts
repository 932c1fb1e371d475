/** @module German strings of the shop and the package, loaded for German readers only. */
export const loadGerman = () =>
  Promise.all([import('./de.json'), import('./departments.de.json'), import('../../german.ts')])
