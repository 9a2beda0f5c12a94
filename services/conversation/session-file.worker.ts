import { answer, Moved } from '#lib/threads/answering.ts';
import { type FileToRead, readSessionFile } from './session-file-reading.ts';

answer({
  read: (file: FileToRead) => {
    const read = readSessionFile(file);
    return 'fault' in read ? read : new Moved(read, [read.artifact.buffer as ArrayBuffer]);
  },
});
