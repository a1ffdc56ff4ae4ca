package io.ticktock.graph;

import io.ticktock.graph.source.SourcePosition;

/** An edge and where it stands in the file. */
record ParsedEdge(Edge edge, SourcePosition position) {

    String from() {
        return edge.from();
    }

    String to() {
        return edge.to();
    }

    EdgeType type() {
        return edge.type();
    }

    @Override
    public String toString() {
        return edge.from() + " -> " + edge.to();
    }
}
