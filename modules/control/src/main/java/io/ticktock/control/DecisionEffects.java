package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.LifetimeProgress;

/** Carries out what was decided and is durable, and tells of it. */
final class DecisionEffects {

    private final Bus bus;
    private final ExecutionController controller;
    private final Dispatcher dispatcher;
    private final ChildStarter children;
    private final RunningLifetimes running;
    private final ControlMeters meters;
    private final LifetimeSpans spans;
    private final EndNotices ends;

    DecisionEffects(
            Bus bus,
            ExecutionController controller,
            Dispatcher dispatcher,
            ChildStarter children,
            RunningLifetimes running,
            ControlMeters meters,
            LifetimeSpans spans,
            EndNotices ends) {
        this.bus = bus;
        this.controller = controller;
        this.dispatcher = dispatcher;
        this.children = children;
        this.running = running;
        this.meters = meters;
        this.spans = spans;
        this.ends = ends;
    }

    void carryOut(Resident resident, Decision decision) {
        if (decision.headChanged()) {
            noteHead(resident, decision);
        }
        // First, since what waited and goes on in the same decision is to be handed out anew.
        dispatcher.releaseClosed(resident, decision.events());
        decision.commands().forEach(command -> follow(resident, command));
        controller.tellCharged(resident.state.tenantId(), decision.charges());
        if (!decision.events().isEmpty()) {
            publish(resident, decision);
        }
    }

    private void noteHead(Resident resident, Decision decision) {
        meters.happened(decision.events());
        if (resident.state.hasEnded()) {
            spans.ended(resident.state);
            ends.ended(resident.state);
        }
        running.happened(resident.state.tenantId(), decision.events());
    }

    private void follow(Resident resident, Command command) {
        if (command instanceof Command.Dispatch dispatch) {
            dispatcher.dispatch(resident, dispatch.execId());
        } else if (command instanceof Command.Cancel cancel) {
            dispatcher.cancel(resident, cancel.execIds());
        } else if (command instanceof Command.StartChild child) {
            children.start(resident, child);
        }
    }

    private void publish(Resident resident, Decision decision) {
        bus.publish(
                Addresses.CONTROL_PROGRESS.at(Shard.of(resident.state.lifetimeId())),
                LifetimeProgress.newBuilder()
                        .setTenantId(resident.state.tenantId())
                        .setLifetimeId(resident.state.lifetimeId())
                        .addAllEvents(decision.events())
                        .build());
    }
}
