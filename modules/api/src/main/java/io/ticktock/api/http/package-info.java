/**
 * The HTTP edge: routes, JSON in and out, problems, and graphs as tools of the Model Context Protocol. The only place with
 * status codes; it never asks the bus.
 */
package io.ticktock.api.http;
