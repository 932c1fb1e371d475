/** @module Tools of a shop for the shopper's agent, in the page (WebMCP) or for other libraries. */
export { offerToAgents } from '@nearside/browser/agents/offerToAgents.ts'
