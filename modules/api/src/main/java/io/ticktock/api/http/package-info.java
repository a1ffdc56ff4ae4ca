/** The HTTP edge: routes, JSON in and out, problems. The only place with status codes; it never asks the bus. */
package io.ticktock.api.http;
