/** @module German words for widgets, developer panel and privacy console. A shop passes them to these. */
export { CONSOLE_GERMAN } from '@nearside/ui/console/german.ts'
export { GERMAN } from '@nearside/ui/react/german.ts'
export { SEARCH_GERMAN } from '@nearside/ui/search/german.ts'
