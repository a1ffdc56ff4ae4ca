// A worker that counts words.
import { Task, Worker } from "./worker.js";

async function countWords(task: Task): Promise<unknown> {
  const text = (await task.input()) as string;
  return { words: text.split(/\s+/).filter((word) => word !== "").length };
}

const worker = new Worker(
  process.argv[2] ?? "http://127.0.0.1:7171",
  { "example.count_words": countWords },
  { apiKey: process.env.TICKTOCK_KEY, capacity: Number(process.env.WORKER_CAPACITY ?? 64) },
);
for (const wish of ["SIGTERM", "SIGINT"]) {
  process.once(wish, () => worker.drain());
}
await worker.run();
