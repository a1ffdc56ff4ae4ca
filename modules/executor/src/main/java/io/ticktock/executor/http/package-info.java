/**
 * Requests to servers outside, on behalf of tenants: which addresses may be reached, redirects, bounds. Knows nothing of
 * graphs and attempts.
 */
package io.ticktock.executor.http;
