import type { Tongue } from '#lib/words/tongues.ts';
import type { SmallTalk } from './small-talk.ts';

/** Whole messages that are small talk, in the languages that Otvet itself speaks beside English and Russian; separated by `|`. */
export const SMALL_TALK_WORDS: Readonly<Record<Exclude<Tongue, 'en' | 'ru'>, Readonly<Record<SmallTalk, string>>>> = {
  uk: {
    greeting: 'привіт|вітаю|здрастуйте|добрий день|доброго дня|добрий ранок|доброго ранку|добрий вечір|доброго вечора',
    thanks: 'дякую|дуже дякую|щиро дякую|дякую вам',
    farewell: 'до побачення|бувайте|на все добре|до зустрічі|на добраніч',
    identity: 'хто ти|ти хто|хто ви|що ти вмієш|що ви вмієте',
  },
  be: {
    greeting: 'прывітанне|вітаю|добры дзень|добрай раніцы|добры вечар',
    thanks: 'дзякуй|вялікі дзякуй|шчыра дзякуй',
    farewell: 'да пабачэння|бывайце|да сустрэчы|дабранач',
    identity: 'хто ты|хто вы|што ты ўмееш|што вы ўмееце',
  },
  kk: {
    greeting: 'сәлем|сәлеметсіз бе|сәлеметсіздер ме|ассалаумағалейкум|қайырлы таң|қайырлы күн|қайырлы кеш',
    thanks: 'рақмет|рахмет|көп рақмет|көп рахмет',
    farewell: 'сау бол|сау болыңыз|сау болыңыздар|көріскенше|қош бол',
    identity: 'сен кімсің|сіз кімсіз|не істей аласың|не істей аласыз',
  },
  uz: {
    greeting: 'salom|assalomu alaykum|salom alaykum|hayrli tong|xayrli tong|xayrli kun|xayrli kech',
    thanks: 'rahmat|katta rahmat|raxmat|katta raxmat',
    farewell: 'xayr|salomat boling|korishguncha|xayrli tun',
    identity: 'sen kimsan|siz kimsiz|nima qila olasan|nima qila olasiz',
  },
  de: {
    greeting: 'hallo|hallo zusammen|guten tag|guten morgen|guten abend|moin|servus|grüß gott|grüezi|gruß gott',
    thanks: 'danke|danke schön|danke sehr|vielen dank|besten dank|herzlichen dank|danke dir|danke ihnen',
    farewell: 'tschüss|tschüß|auf wiedersehen|bis bald|bis später|gute nacht|ciao',
    identity: 'wer bist du|wer sind sie|was kannst du|was können sie|was kannst du alles',
  },
  fr: {
    greeting: 'bonjour|salut|bonsoir|coucou|bonjour à tous|bonne journée',
    thanks: 'merci|merci beaucoup|merci bien|un grand merci',
    farewell: 'au revoir|à bientôt|à plus tard|bonne soirée|bonne nuit|adieu',
    identity: 'qui es tu|qui êtes vous|tu es qui|vous êtes qui|que sais tu faire|que savez vous faire',
  },
  es: {
    greeting: 'hola|hola a todos|buenos días|buenas tardes|buenas noches|buenas|buen día',
    thanks: 'gracias|muchas gracias|mil gracias|gracias a ti|gracias a usted',
    farewell: 'adiós|hasta luego|hasta pronto|hasta mañana|chao|chau|nos vemos',
    identity: 'quién eres|quién es usted|quien eres|qué puedes hacer|qué puede hacer|que puedes hacer|qué sabes hacer',
  },
  'pt-br': {
    greeting: 'olá|ola|oi|bom dia|boa tarde|boa noite|e aí|olá a todos',
    thanks: 'obrigado|obrigada|muito obrigado|muito obrigada|valeu|brigado|brigada',
    farewell: 'tchau|até logo|até mais|até breve|adeus',
    identity: 'quem é você|quem e você|quem és tu|o que você sabe fazer|o que você faz|o que você pode fazer',
  },
  it: {
    greeting: 'ciao|salve|buongiorno|buon giorno|buonasera|buona sera|buon pomeriggio',
    thanks: 'grazie|grazie mille|molte grazie|ti ringrazio|la ringrazio',
    farewell: 'arrivederci|a presto|a dopo|buonanotte|buona notte|addio',
    identity: 'chi sei|chi è lei|cosa sai fare|che cosa sai fare|cosa puoi fare',
  },
  pl: {
    greeting: 'cześć|czesc|hej|witam|witaj|dzień dobry|dzien dobry|dobry wieczór|dobry wieczor',
    thanks: 'dziękuję|dziekuje|dzięki|dzieki|dziękuję bardzo|bardzo dziękuję|wielkie dzięki',
    farewell: 'do widzenia|do zobaczenia|pa|na razie|dobranoc',
    identity: 'kim jesteś|kim jestes|kto ty jesteś|co potrafisz|co umiesz',
  },
  tr: {
    greeting: 'merhaba|merhabalar|selam|selamlar|günaydın|iyi günler|iyi akşamlar',
    thanks: 'teşekkürler|teşekkür ederim|çok teşekkürler|çok teşekkür ederim|sağ ol|sağ olun|sağol|sağolun',
    farewell: 'hoşça kal|hoşça kalın|hoşçakal|hoşçakalın|görüşürüz|görüşmek üzere|güle güle|iyi geceler',
    identity: 'sen kimsin|siz kimsiniz|kimsin|kimsiniz|neler yapabilirsin|neler yapabilirsiniz|ne yapabilirsin',
  },
  ar: {
    greeting: 'مرحبا|مرحبًا|أهلا|أهلًا|اهلا|أهلا وسهلا|السلام عليكم|سلام عليكم|صباح الخير|مساء الخير|هلا',
    thanks: 'شكرا|شكرًا|شكرا جزيلا|شكرًا جزيلًا|شكرا لك|شكرًا لك|مشكور|ألف شكر',
    farewell: 'مع السلامة|إلى اللقاء|الى اللقاء|وداعا|وداعًا|تصبح على خير',
    identity: 'من أنت|من انت|مين أنت|ماذا يمكنك أن تفعل|ماذا تستطيع أن تفعل|ماذا تفعل',
  },
  fa: {
    greeting: 'سلام|سلام علیکم|درود|صبح بخیر|روز بخیر|عصر بخیر|وقت بخیر',
    thanks: 'ممنون|ممنونم|متشکرم|مرسی|سپاس|سپاسگزارم|خیلی ممنون|دستت درد نکنه',
    farewell: 'خداحافظ|خدا حافظ|خدانگهدار|بدرود|شب بخیر',
    identity: 'تو کی هستی|شما کی هستید|کی هستی|تو کیستی|شما کیستید|چه کاری می‌توانی بکنی|چه کار می‌کنی',
  },
  he: {
    greeting: 'שלום|היי|הי|אהלן|בוקר טוב|ערב טוב|צהריים טובים|שלום לכולם',
    thanks: 'תודה|תודה רבה|תודה לך|המון תודה',
    farewell: 'להתראות|ביי|שלום ולהתראות|לילה טוב',
    identity: 'מי אתה|מי את|מי אתם|מה אתה יודע לעשות|מה אפשר לעשות כאן',
  },
  hi: {
    greeting: 'नमस्ते|नमस्कार|हैलो|हेलो|सुप्रभात|प्रणाम|शुभ संध्या',
    thanks: 'धन्यवाद|शुक्रिया|बहुत धन्यवाद|बहुत बहुत धन्यवाद|बहुत शुक्रिया',
    farewell: 'अलविदा|फिर मिलेंगे|शुभ रात्रि|बाय',
    identity: 'आप कौन हैं|तुम कौन हो|आप कौन हो|आप क्या कर सकते हैं|तुम क्या कर सकते हो',
  },
  id: {
    greeting: 'halo|hai|selamat pagi|selamat siang|selamat sore|selamat malam|assalamualaikum',
    thanks: 'terima kasih|terimakasih|makasih|terima kasih banyak|trims',
    farewell: 'sampai jumpa|selamat tinggal|dah|sampai nanti',
    identity: 'siapa kamu|siapa anda|kamu siapa|anda siapa|apa yang bisa kamu lakukan|apa yang bisa anda lakukan',
  },
  vi: {
    greeting: 'xin chào|chào|chào bạn|chào buổi sáng|chào buổi tối|chào anh|chào chị|chào em',
    thanks: 'cảm ơn|cám ơn|cảm ơn bạn|cám ơn bạn|cảm ơn nhiều|cám ơn nhiều|xin cảm ơn',
    farewell: 'tạm biệt|hẹn gặp lại|chúc ngủ ngon|chào tạm biệt',
    identity: 'bạn là ai|bạn làm được gì|bạn có thể làm gì',
  },
  'zh-hans': {
    greeting: '你好|您好|你们好|大家好|早上好|下午好|晚上好|嗨|哈喽|哈啰|在吗|早',
    thanks: '谢谢|多谢|谢谢你|谢谢您|非常感谢|感谢|謝謝|多謝',
    farewell: '再见|拜拜|回头见|晚安|再見|掰掰',
    identity: '你是谁|您是谁|你会什么|你能做什么|您能做什么|你是誰',
  },
  ja: {
    greeting: 'こんにちは|こんばんは|おはよう|おはようございます|はじめまして|やあ|どうも',
    thanks:
      'ありがとう|ありがとうございます|ありがとうございました|どうもありがとう|どうもありがとうございます|感謝します',
    farewell: 'さようなら|さよなら|またね|ではまた|バイバイ|おやすみ|おやすみなさい|失礼します',
    identity: 'あなたは誰|あなたは誰ですか|誰ですか|何ができますか|何ができるの',
  },
  ko: {
    greeting: '안녕|안녕하세요|안녕하십니까|반가워요|반갑습니다|좋은 아침|좋은 아침이에요',
    thanks: '고마워|고마워요|고맙습니다|감사해요|감사합니다|정말 감사합니다|정말 고마워요',
    farewell: '안녕히 계세요|안녕히 가세요|잘 가|잘 있어|또 봐요|다음에 봐요|안녕히 주무세요|잘 자',
    identity: '누구세요|누구야|당신은 누구세요|너는 누구니|넌 누구야|뭘 할 수 있어|무엇을 할 수 있나요|뭐 할 수 있어요',
  },
};
