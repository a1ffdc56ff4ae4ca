/**
 * Requests to servers outside, on behalf of tenants: redirects, bounds. Knows nothing of
 * graphs and attempts.
 */
package io.ticktock.executor.http;
