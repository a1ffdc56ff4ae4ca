"""A worker for Ticktock: runs Tasks of some types for a server, until it is drained."""

import asyncio
import hashlib
import json
import logging
import random
import time
import urllib.request
import uuid
from typing import Any, Awaitable, Callable, Optional
from urllib.parse import urlsplit

import grpc
from ticktock.v1 import common_pb2, worker_pb2 as pb
from ticktock.v1.worker_pb2_grpc import WorkerServiceStub

MESSAGE_BYTES = 4 << 20
RESULT_BYTES = MESSAGE_BYTES - (64 << 10)
BATCH_BYTES, BATCH_TASKS = 1 << 20, 1_000
FIRST_RETRY_S, LONGEST_RETRY_S, WELCOME_S = 0.1, 3.0, 10.0
REFUSALS = (
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNIMPLEMENTED,
)
CHANNEL = (
    ("grpc.max_receive_message_length", 2 * MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 5_000),  # Tells a connection that is lost from a server that has nothing to say.
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
)
log = logging.getLogger("ticktock")


class TaskError(Exception):
    """Fails an attempt with a code of its own."""

    def __init__(self, code: str, message: str, retryable: bool = False):
        super().__init__(message)
        self.error = common_pb2.ExecutionError(code=code, message=message[:2_000], retryable=retryable)


class Task:
    """What a handler gets. It is cancelled as asyncio does it; work that blocks belongs in asyncio.to_thread."""

    def __init__(self, assignment: pb.TaskAssignment, worker: "Worker"):
        self.assignment = assignment  # exec_id, idempotency_key, attempt, …
        self.settings = json.loads(assignment.settings or b"{}")
        self.telemetry = common_pb2.PolicyTelemetry()
        self._worker = worker

    async def input(self) -> Any:
        payload = self.assignment.input
        content = await asyncio.to_thread(self._worker.fetch, payload.blob) if payload.HasField("blob") else payload.inline
        return json.loads(content or b"null") if payload.media_type in ("", "application/json") else content


class _Held:
    """An attempt in hand, until its completion is acknowledged."""

    def __init__(self, assignment: pb.TaskAssignment):
        self.token = assignment.token
        self.lifetime_id = assignment.lifetime_id
        self.heartbeat_s = assignment.heartbeat_timeout_ms / 3_000 or float("inf")
        self.running: Optional[asyncio.Task] = None
        self.completion: Optional[pb.TaskCompletion] = None
        self.sent = False


class Worker:
    def __init__(
        self,
        url: str,
        handlers: dict[str, Callable[[Task], Awaitable[Any]]],
        api_key: str = "",
        capacity: int = 64,
        worker_id: str = "",
    ):
        self._url, self._handlers, self._capacity = url.rstrip("/"), handlers, capacity
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._worker_id = worker_id or f"python-{uuid.uuid4()}"
        self._held: dict[str, _Held] = {}
        self._wake = asyncio.Event()
        self._draining = self._welcomed = False

    def drain(self) -> None:
        """Takes nothing more; run() returns when the last completion is acknowledged."""
        self._draining = True
        self._wake.set()

    async def run(self) -> None:
        """Runs Tasks, and connects again as often as it must. Raises when the server refuses the worker."""
        retry_s = FIRST_RETRY_S
        while not (self._draining and not self._held):
            started = time.monotonic()
            try:
                await self._stream()
            except (grpc.aio.AioRpcError, asyncio.TimeoutError, ConnectionError) as failure:
                if isinstance(failure, grpc.aio.AioRpcError) and failure.code() in REFUSALS and not self._welcomed:
                    raise
                log.warning("no stream to %s: %s", self._url, getattr(failure, "details", lambda: failure)())
            if time.monotonic() - started > LONGEST_RETRY_S:
                retry_s = FIRST_RETRY_S
            await asyncio.sleep(retry_s * random.uniform(0.5, 1))
            retry_s = min(2 * retry_s, LONGEST_RETRY_S)

    async def _stream(self) -> None:
        async with self._channel() as channel:
            call = WorkerServiceStub(channel).Connect(metadata=tuple(self._headers.items()))
            hello = pb.WorkerHello(worker_id=self._worker_id, task_types=self._handlers, capacity=self._capacity)
            for exec_id, held in self._held.items():
                hello.held.add(exec_id=exec_id, token=held.token, lifetime_id=held.lifetime_id)
            await call.write(pb.ConnectRequest(hello=hello))
            first = await asyncio.wait_for(call.read(), WELCOME_S)
            if first is grpc.aio.EOF or first.WhichOneof("message") != "welcome":
                raise ConnectionError("the server does not welcome this worker")
            log.info("connected to %s as %s, with %d in hand", self._url, self._worker_id, len(self._held))
            self._welcomed = True
            for held in self._held.values():
                held.sent = False
            sending = asyncio.create_task(self._send(call, first.welcome.heartbeat_interval_ms / 1_000))
            try:
                while (message := await call.read()) is not grpc.aio.EOF:
                    self._receive(message)
            finally:
                sending.cancel()

    def _channel(self) -> grpc.aio.Channel:
        url = urlsplit(self._url)
        if url.scheme == "https":
            return grpc.aio.secure_channel(url.netloc, grpc.ssl_channel_credentials(), options=CHANNEL)
        return grpc.aio.insecure_channel(url.netloc, options=CHANNEL)

    async def _send(self, call: Any, interval_s: float) -> None:
        """Everything that is said after the hello: completions as they come, and heartbeats in between."""
        heard_at, drain_said = time.monotonic(), False
        while True:
            self._wake.clear()
            while batch := self._next_batch():
                await call.write(pb.ConnectRequest(completions=pb.TaskCompletions(completions=batch)))
            if self._draining and not drain_said:
                await call.write(pb.ConnectRequest(drain=pb.WorkerDrain()))
                drain_said = True
            if self._draining and not self._held:
                await call.done_writing()
                return
            # The server names the longest time, and what is in hand may want more.
            heartbeat_at = heard_at + min([interval_s, *(held.heartbeat_s for held in self._held.values())])
            if time.monotonic() >= heartbeat_at:
                await call.write(pb.ConnectRequest(heartbeat=pb.WorkerHeartbeat(exec_ids=self._held)))
                heard_at = time.monotonic()
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), max(0.001, heartbeat_at - time.monotonic()))
            except asyncio.TimeoutError:
                pass  # A heartbeat is due.

    def _next_batch(self) -> list[pb.TaskCompletion]:
        batch, size = [], 0
        for held in self._held.values():
            if held.completion and not held.sent and len(batch) < BATCH_TASKS:
                size += held.completion.ByteSize()
                if batch and size > BATCH_BYTES:
                    break
                held.completion.token = held.token
                held.sent = True
                batch.append(held.completion)
        return batch

    def _receive(self, message: pb.ConnectResponse) -> None:
        kind = message.WhichOneof("message")
        if kind == "assignments":
            for assignment in message.assignments.assignments:
                self._take(assignment)
        elif kind == "acknowledgements":
            for acknowledgement in message.acknowledgements.acknowledgements:
                self._forget(acknowledgement)
                if not acknowledgement.recorded:
                    log.info("%s was not recorded: %s", acknowledgement.exec_id, acknowledgement.reason)
        elif kind == "cancellations":
            for task in message.cancellations.tasks:
                self._forget(task)
        if self._draining:
            self._wake.set()

    def _take(self, assignment: pb.TaskAssignment) -> None:
        held = self._held.get(assignment.exec_id)
        if held:  # It runs already, or has run: only its token is new.
            held.token, held.sent = assignment.token, False
            self._wake.set()
            return
        if len(self._held) >= self._capacity:
            return  # Without heartbeats from here, the server gives it to another.
        held = self._held[assignment.exec_id] = _Held(assignment)
        held.running = asyncio.create_task(self._run(assignment, held))
        self._wake.set()  # It may want heartbeats sooner.

    def _forget(self, task: Any) -> None:
        held = self._held.get(task.exec_id)
        if held and task.token in (b"", held.token):
            del self._held[task.exec_id]
            held.running.cancel()

    async def _run(self, assignment: pb.TaskAssignment, held: _Held) -> None:
        completion = pb.TaskCompletion(exec_id=assignment.exec_id)
        try:
            task = Task(assignment, self)
            work = self._handlers[assignment.task_type](task)
            result = json.dumps(await asyncio.wait_for(work, assignment.timeout_ms / 1_000 or None)).encode()
            if len(result) > RESULT_BYTES:
                raise TaskError("result_too_large", f"a worker's result has at most {RESULT_BYTES} bytes")
            completion.result.inline = result
            completion.telemetry.CopyFrom(task.telemetry)
        except TaskError as failure:
            completion.error.CopyFrom(failure.error)
        except asyncio.TimeoutError:
            completion.error.CopyFrom(TaskError("timed_out", "no result in time", True).error)
        except Exception as failure:
            log.warning("%s: the handler failed", assignment.exec_id, exc_info=True)
            completion.error.CopyFrom(TaskError("handler_failed", f"the handler raised {failure!r}", True).error)
        held.completion = completion
        self._wake.set()

    def fetch(self, blob: common_pb2.BlobReference) -> bytes:
        request = urllib.request.Request(f"{self._url}/v1/blobs/{blob.sha256.hex()}", headers=self._headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            content = response.read()
        if hashlib.sha256(content).digest() != blob.sha256:
            raise TaskError("blob_unavailable", "the input is not what was stored", True)
        return content
