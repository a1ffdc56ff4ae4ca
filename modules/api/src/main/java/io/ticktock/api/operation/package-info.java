/**
 * What can be asked, whatever the protocol: one implementation behind HTTP and gRPC. Owns which roles may do what, in whose
 * name it is done, and that it is noted. It never knows of requests' headers, JSON or status codes.
 */
package io.ticktock.api.operation;
