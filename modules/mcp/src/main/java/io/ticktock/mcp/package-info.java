/**
 * The Task type {@code mcp}: calls to servers that speak the Model Context Protocol, which run as processes of ours or
 * elsewhere, as the configuration names them.
 *
 * <p>Owns the connections to these servers and their processes. Never trusts what a server says: it is bounded in size,
 * number and time, and becomes a result or the failure of one attempt. Never touches Vert.x, the event bus or a store.
 */
package io.ticktock.mcp;
