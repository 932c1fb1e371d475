/** @module German words for widgets, developer panel and privacy console. A shop passes them to these. */
export { CONSOLE_GERMAN } from './ui/console/german.ts'
export { GERMAN } from './ui/react/german.ts'
export { SEARCH_GERMAN } from './ui/search/german.ts'
