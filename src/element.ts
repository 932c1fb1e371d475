/** @module Custom element `<nearside-recommendations>` for shops without React. */
export { provide } from './ui/element/provided.ts'
export { NearsideRecommendations, type SelectDetail } from './ui/element/recommendations.ts'
