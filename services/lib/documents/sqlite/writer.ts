import type { MessagePort } from 'node:worker_threads';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { GroupCommit } from '#lib/documents/sqlite/commits.ts';
import { openForWriting } from '#lib/documents/sqlite/connection.ts';
import type { Opened, WriterOptions } from '#lib/documents/sqlite/messages.ts';
import { type Posted, Unpacker } from '#lib/documents/sqlite/posting.ts';

/** The writer thread: whatever has arrived is one transaction; the replies leave when it is on disk. */
function serve(port: MessagePort, file: string): void {
  const database = openForWriting(file);
  const commits = new GroupCommit(database);
  const unpacker = new Unpacker();
  port.on('message', (first: readonly Posted[]) => {
    const posted = [...first];
    for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) posted.push(...more.message);
    const arrived = posted.map((one) => unpacker.unpack(one));
    const requests = arrived.filter((request) => request.kind !== 'close');
    if (requests.length > 0) port.postMessage(commits.commit(requests));
    if (requests.length === arrived.length) return;
    database.close();
    port.close();
  });
}

function open(port: MessagePort): void {
  let opened: Opened = { ok: true };
  try {
    serve(port, (workerData as WriterOptions).file);
  } catch (error) {
    opened = { ok: false, message: (error as Error).message };
  }
  port.postMessage(opened);
  if (!opened.ok) port.close();
}

if (parentPort) open(parentPort);
