/** @module German words for widgets, panel and console, to be handed to them where a shop speaks German. */
export { CONSOLE_GERMAN } from './ui/console/german.ts'
export { GERMAN } from './ui/react/german.ts'
export { SEARCH_GERMAN } from './ui/search/german.ts'
