import { SMALL_TALK_WORDS } from './small-talk-words.ts';

/** Greetings, thanks and the like: answered at once, without the material, so that "hello" is not an unanswered question. */
export type SmallTalk = 'greeting' | 'thanks' | 'farewell' | 'identity';

const PATTERNS: readonly (readonly [SmallTalk, RegExp])[] = [
  [
    'greeting',
    /^(hi|hello|hey|hiya|howdy|greetings|good (morning|afternoon|evening|day))( there| all| everyone| bot)?$/,
  ],
  [
    'greeting',
    /^(привет|приветик|приветствую|здравствуй|здравствуйте|здрасте|салют|хай|добр(ый|ое|ой) (день|утро|вечер|ночи))( бот)?( всем)?$/,
  ],
  ['thanks', /^((many )?thanks|thank you|thx|ty|cheers)( a lot| so much| very much| again)?$/],
  ['thanks', /^((большое |огромное )?спасибо|благодарю|спс|спасибки)( большое| огромное| вам| тебе| вам большое)?$/],
  ['farewell', /^(bye|goodbye|bye bye|see you|see you later|farewell|good night)$/],
  ['farewell', /^(пока|до свидания|до встречи|прощай|прощайте|всего доброго|всего хорошего|спокойной ночи)$/],
  ['identity', /^(who|what) are you$/],
  ['identity', /^what can you (do|help( me)? with)$/],
  ['identity', /^(ты кто|кто ты|вы кто|кто вы|что ты умеешь|что вы умеете)( такой| такая| такие)?$/],
];

const WORDS: ReadonlyMap<string, SmallTalk> = new Map(
  SMALL_TALK_WORDS.flatMap((words) =>
    (Object.entries(words) as [SmallTalk, string][]).flatMap(([kind, messages]) =>
      messages.split('|').map((message) => [simplified(message), kind] as const),
    ),
  ),
);

/** What kind of small talk a message is, when it is nothing else. */
export function smallTalk(message: string): SmallTalk | undefined {
  if (message.length > 60) return undefined;
  const plain = simplified(message);
  return PATTERNS.find(([, pattern]) => pattern.test(plain))?.[0] ?? WORDS.get(plain);
}

/** Letters alone, in lower case; the dot that lower case leaves on a Turkish i is no letter's own. */
function simplified(message: string): string {
  return message
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll('\u0307', '')
    .replace(/[ʻʼ‘’'`]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}\s]/gu, ' ')
    .trim()
    .replace(/\s+/g, ' ');
}
