import { codeOf, type Tongue } from '#lib/words/tongues.ts';
import { SMALL_TALK_WORDS } from './small-talk-words.ts';

/** Greetings, thanks and the like: answered at once, without the material, so that "hello" is not an unanswered question. */
export type SmallTalk = 'greeting' | 'thanks' | 'farewell' | 'identity';

/** Small talk that was recognised. */
export interface Recognised {
  readonly kind: SmallTalk;
  /** The languages in which it is said so, BCP 47; the likeliest first. */
  readonly languages: readonly string[];
}

const PATTERNS: readonly (readonly [SmallTalk, language: string, RegExp])[] = [
  [
    'greeting',
    'en',
    /^(hi|hello|hey|hiya|howdy|greetings|good (morning|afternoon|evening|day))( there| all| everyone| bot)?$/,
  ],
  [
    'greeting',
    'ru',
    /^(привет|приветик|приветствую|здравствуй|здравствуйте|здрасте|салют|хай|добр(ый|ое|ой) (день|утро|вечер|ночи))( бот)?( всем)?$/,
  ],
  ['thanks', 'en', /^((many )?thanks|thank you|thx|ty|cheers)( a lot| so much| very much| again)?$/],
  [
    'thanks',
    'ru',
    /^((большое |огромное )?спасибо|благодарю|спс|спасибки)( большое| огромное| вам| тебе| вам большое)?$/,
  ],
  ['farewell', 'en', /^(bye|goodbye|bye bye|see you|see you later|farewell|good night)$/],
  ['farewell', 'ru', /^(пока|до свидания|до встречи|прощай|прощайте|всего доброго|всего хорошего|спокойной ночи)$/],
  ['identity', 'en', /^(who|what) are you$/],
  ['identity', 'en', /^what can you (do|help( me)? with)$/],
  ['identity', 'ru', /^(ты кто|кто ты|вы кто|кто вы|что ты умеешь|что вы умеете)( такой| такая| такие)?$/],
];

const WORDS = wholeMessages();

function wholeMessages(): ReadonlyMap<string, Recognised> {
  const found = new Map<string, Recognised>();
  for (const [tongue, words] of Object.entries(SMALL_TALK_WORDS) as [Tongue, Record<SmallTalk, string>][]) {
    for (const [kind, messages] of Object.entries(words) as [SmallTalk, string][]) {
      for (const message of messages.split('|').map(simplified)) {
        const earlier = found.get(message);
        const languages = [...(earlier?.languages ?? []), codeOf(tongue)];
        found.set(message, { kind: earlier?.kind ?? kind, languages });
      }
    }
  }
  return found;
}

/** What a message is when it is small talk and nothing else. */
export function smallTalk(message: string): Recognised | undefined {
  if (message.length > 60) return undefined;
  const plain = simplified(message);
  const [kind, language] = PATTERNS.find(([, , pattern]) => pattern.test(plain)) ?? [];
  return kind === undefined || language === undefined ? WORDS.get(plain) : { kind, languages: [language] };
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
