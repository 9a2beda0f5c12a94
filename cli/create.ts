import { toJson } from '@bufbuild/protobuf';
import { AssistantSchema } from '#gen/otvet/training/v1/assistant_pb.ts';
import { assistantName } from './assistant-choice.ts';
import type { Context } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { last, print } from './lists.ts';

export interface CreateFlags {
  readonly name?: string;
  readonly description?: string;
  readonly persona?: string;
  readonly language?: readonly string[];
  readonly json?: boolean;
}

/** `otvet create ID`: an assistant that knows nothing yet. */
export async function createCommand({ api, terminal }: Context, id: string, flags: CreateFlags): Promise<ExitCode> {
  const assistantId = last(assistantName(id));
  const { assistant } = await api.assistants.createAssistant({
    assistantId,
    assistant: {
      displayName: flags.name ?? assistantId,
      description: flags.description ?? '',
      persona: flags.persona ?? '',
      languages: [...(flags.language ?? [])],
    },
  });
  const next = `${assistantId} is there. Teach it: otvet import FILE... --assistant ${assistantId}\n`;
  print(terminal, flags, assistant ? toJson(AssistantSchema, assistant) : {}, () => next);
  return EXIT.ok;
}
