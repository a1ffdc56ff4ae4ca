/** The gRPC edge: which rpc is which operation, and how failures are told. It never asks the bus. */
package io.ticktock.api.grpc;
