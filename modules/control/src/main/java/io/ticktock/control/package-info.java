/**
 * The control plane: decides what follows from durable records and what is dispatched next. Owns the lifetime machine,
 * the fold and the lifetimes in memory. Never reads a payload, never touches a database or runs a handler.
 */
package io.ticktock.control;
