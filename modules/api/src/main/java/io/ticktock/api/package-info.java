/**
 * The way in: HTTP and gRPC on one port; and the way out to webhooks. Owns authentication, what each role may do, and the form
 * of requests and answers at the edge. It never reads a table or decides about a lifetime: it asks the other modules on the bus, in the name of the
 * caller's tenant.
 */
package io.ticktock.api;
