import { type DescMethod, type DescService, getOption, hasOption } from '@bufbuild/protobuf';
import { access } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { DatasetService } from '#gen/otvet/training/v1/dataset_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';

/** Who serves a public service: another service by its name, or the gateway itself. */
export type Owner = 'training' | 'conversation' | 'telegram-adapter' | 'gateway';

/** Every service with public methods. A new one becomes public here, and by the option on its methods. */
export const publicServices: readonly { readonly owner: Owner; readonly service: DescService }[] = [
  { owner: 'training', service: AssistantService },
  { owner: 'training', service: DatasetService },
  { owner: 'training', service: ImportService },
  { owner: 'training', service: ReleaseService },
  { owner: 'conversation', service: ConversationService },
  { owner: 'conversation', service: SessionService },
  { owner: 'conversation', service: HandoffService },
  { owner: 'telegram-adapter', service: BotService },
  { owner: 'gateway', service: ApiKeyService },
];

/** The methods of a service that the public edge has: those that the option `otvet.access.v1.access` calls public. */
export function publicMethods(service: DescService): readonly DescMethod[] {
  return service.methods.filter(
    (method) => hasOption(method, access) && getOption(method, access).public !== undefined,
  );
}
