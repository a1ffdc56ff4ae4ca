"""A worker that counts words."""

import asyncio
import logging
import os
import signal
import sys

from worker import Task, Worker


async def count_words(task: Task) -> dict:
    text = await task.input()
    return {"words": len(text.split())}


async def main() -> None:
    worker = Worker(
        sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:7171",
        {"example.count_words": count_words},
        api_key=os.environ.get("TICKTOCK_KEY", ""),
        capacity=int(os.environ.get("WORKER_CAPACITY", "64")),
    )
    for wish in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wish, worker.drain)
    await worker.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(main())
