/**
 * @module Offers tools to the browser's agent (WebMCP) while the shopper allows agents. A browser without
 * `document.modelContext` offers no tools.
 */
import type { Personalizer } from '../api.ts'
import { type AgentShop, type AgentTool, agentTools } from './agentTools.ts'

/** The part of WebMCP that pages use. @see https://webmachinelearning.github.io/webmcp/ */
interface ModelContext {
  registerTool(tool: AgentTool, options: { readonly signal: AbortSignal }): unknown
}

const contextOf = (page: unknown) =>
  (page as { readonly modelContext?: ModelContext } | undefined)?.modelContext

/**
 * Makes the shop's tools, and registers them in the page whenever the shopper allows agents. Removes the tools from the
 * page when the shopper no longer allows agents.
 * @example const { stop } = offerToAgents(personalizer, { itemOf, search, addToBasket })
 * @returns the tools, for agents that don't use WebMCP; and `stop`, which removes the tools from the page for good
 */
export function offerToAgents(
  personalizer: Personalizer,
  shop: AgentShop,
): { readonly tools: readonly AgentTool[]; stop(): void } {
  const tools = agentTools(personalizer, shop)
  const context = contextOf(globalThis.document)
  if (!context) return { tools, stop: () => {} }
  let offered: AbortController | null = null
  function follow(): void {
    const { agents } = personalizer.getSnapshot()
    if (agents === (offered !== null)) return
    offered?.abort()
    offered = agents ? new AbortController() : null
    if (!offered) return
    const { signal } = offered
    // The browser refuses a tool whose name another script of the page uses; the other tools still work.
    for (const tool of tools)
      Promise.resolve()
        .then(() => context?.registerTool(tool, { signal }))
        .catch((error) => console.warn(`Nearside: no tool ${tool.name}.`, error))
  }
  follow()
  const unsubscribe = personalizer.subscribe(follow)
  return {
    tools,
    stop() {
      unsubscribe()
      offered?.abort()
    },
  }
}
