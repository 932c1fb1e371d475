/** @module Custom element `<nearside-recommendations>` for shops without React. */
export { provide } from '@nearside/ui/element/provided.ts'
export { NearsideRecommendations, type SelectDetail } from '@nearside/ui/element/recommendations.ts'
