/**
 * What tells one language of a script from another in a line of text: short words that every sentence has, letters that
 * others lack, and endings and clusters that are common in it. Words are normalised as tokens are (lower case, ё as е).
 */
export interface LanguageProfile {
  readonly language: string;
  readonly words: ReadonlySet<string>;
  /** Letters that the others of its script do without, or nearly so. */
  readonly letters: RegExp | undefined;
  /** Clusters and endings, met in a word of it more often than in one of the others. */
  readonly clusters: RegExp | undefined;
}

function profile(language: string, words: string, letters?: RegExp, clusters?: RegExp): LanguageProfile {
  return { language, words: new Set(words.split(/\s+/)), letters, clusters };
}

/** Languages in Cyrillic script; the first one wins when nothing tells. */
export const CYRILLIC: readonly LanguageProfile[] = [
  profile(
    'ru',
    `и в не на что как это по но из у за от так же для мы вы он она они его ее их бы был была было есть если или где
    когда кто чем почему зачем сколько какой какая какие какую можно нужно надо нет да еще уже только мне меня мой моя
    вас вам ваш ли со при до после без чтобы чего кому куда откуда привет спасибо пожалуйста здравствуйте что-то этот эта`,
    /[ыэ]/,
    /(?:ть|ться|ого|его|ый|ий|ая|ые|ие|ение|ости|ость|ями|ешь|ишь|ет|ют)$|^(?:пере|пре|воз)/,
  ),
  profile(
    'uk',
    `і й та не на що як це але з із у за від так же для ми ви він вона вони його її їх би був була було є якщо або де
    коли хто чим чому навіщо скільки який яка яке які яку можна треба потрібно немає ні ще вже тільки мені мене мій моя
    вас вам ваш чи до після без щоб чого кому куди звідки привіт дякую ласка будь вітаю цей ця`,
    /[іїєґ]/,
    /(?:ти|тися|ього|ого|ій|ння|ість|ості|ують|ає|ться)$|^(?:від|під|роз)|'/,
  ),
  profile(
    'bg',
    `и в не на че как това но от у за до така ние вие той тя те го ги са съм сте сме е е ли или ако къде кога кой
    коя кое кои какво какъв каква колко защо може трябва няма да още вече само ми ме мой моя ви вас ваш със при след без
    чрез здравейте благодаря моля този тази тези ще би беше има имам искам мога`,
    undefined,
    /[бвгджзклмнпрстфхцчшщ]ъ[бвгджзклмнпрстфхцчшщ]|(?:ът|ят|ите|ата|ето|ване|ност)$|щ(?:е|а)$/,
  ),
  profile(
    'be',
    `і ў у не на што як гэта але з са за ад так жа для мы вы ён яна яны яго яе іх бы быў была было ёсць ёсць калі або
    дзе хто чым чаму навошта колькі які якая якое якія можна трэба няма не яшчэ ужо толькі мне мяне мой мая вас вам ваш
    ці да пасля без каб чаго каму куды прывітанне дзякуй ласка`,
    /[ўыэ]/,
    /чы|жы|шы|прый|дз|ць|(?:цца|ага|ыя|асць|ння)$|[цс]ц|шч/,
  ),
  profile(
    'kk',
    `және мен бұл не қалай үшін бар жоқ ма ме ба бе па пе қай қайда қашан кім неге қанша қандай керек болады емес
    сіз біз ол олар сен менің сіздің бір осы сол деп да де та те сәлем рахмет`,
    /[әғқңөұүһ]/,
    /(?:дың|дің|тың|тің|ға|ге|қа|лар|лер|дар|дер)$/,
  ),
  profile(
    'sr',
    `и у не на да је се како што шта ово али из за од тако ми ви он она они његов био била било ако или где када ко
    зашто колико који која које може треба нема још већ само мени мене мој моја вас вам ваш ли до после без здраво хвала`,
    /[јљњћђџ]/,
  ),
  profile(
    'mk',
    'и во не на да е се како што ова но од за ние вие тој таа тие ако или каде кога кој зошто колку која кое може треба нема ли до без здраво благодарам',
    /[ѓќѕ]/,
  ),
];

/** Languages in Latin script. */
export const LATIN: readonly LanguageProfile[] = [
  profile(
    'en',
    `the of and to in is are was were be been it its that this these those for on with as at by from or an not have has
    had do does did can could will would should may might must i you he she we they my your his her our their me him us
    them what when where which who whom whose why how much many there here if then than so but about into out up any all
    some no yes please hello hi thanks thank get got need want make don't i'm it's can't`,
    undefined,
    /(?:ing|tion|tions|ness|ment|ally|ould|ight|ough|ly|ed|ed|ers|ies|ful|able|ck|sh|th|y)$|^(?:wh|th|sh|kn|un)|ee|oo|ea|ou|w/,
  ),
  profile(
    'de',
    `der die das und ist nicht ein eine einen einem einer zu in den dem des mit auf für von im am es ich du er sie wir ihr
    mein meine meinen mich mir dich dir sich auch wie was wann wo wer warum wieso welche welcher welches wieviel viel kann
    können muss müssen darf soll wird werden wurde war sind bin bist hat habe haben bei nach aus über unter zum zur oder
    aber wenn dass als noch nur kein keine ja nein bitte danke hallo gibt kostet`,
    /[äöüß]/,
    /(?:ung|ungen|keit|heit|lich|isch|chen|schaft|ieren|en|er|st|cht|tz|ck)$|sch|ei|ie|pf|^(?:ge|ver|be|er)/,
  ),
  profile(
    'fr',
    `le la les un une des du de et est pas ne que qui quoi dont où à au aux en dans pour par sur avec sans sous je tu il
    elle nous vous ils elles mon ma mes ton ta votre vos notre nos son sa ses ce cet cette ces se me te y comment quand
    pourquoi combien quel quelle quels quelles peut peux puis faire fait être avoir ai as a ont sont suis était plus mais
    ou si non oui bonjour merci l d qu c j n s m est-ce`,
    /[çêèàùûâîôœë]/,
    /(?:eux|aux|tion|ment|eur|euse|ique|oir|ais|ait|ez|ée|és|er|que|elle|ette)$|ou|eau|oi|ai|qu/,
  ),
  profile(
    'es',
    `el la los las un una unos unas de del y es no que qué en a al por para con sin se su sus mi mis tu me te lo le les
    nos yo él ella usted ustedes como cómo cuando cuándo donde dónde quien quién cual cuál cuanto cuánto cuánta cuesta
    porque por puedo puede pueden tengo tiene hay está están son ser estar fue más pero o si sí ya muy este esta estos
    hola gracias favor hacer quiero`,
    /[ñ¿¡]/,
    /(?:ción|ciones|dad|mente|ado|ada|idos|ando|iendo|os|as|ar|ería|ero)$|ll|ue|ie/,
  ),
  profile(
    'it',
    `il lo la i gli le un uno una di del della dei delle e è non che chi cosa cui in a al alla da dal dalla con su per tra
    fra si mi ti ci vi io tu lui lei noi voi loro mio mia tuo suo come quando dove perché quale quali quanto quanta quanti
    costa posso può possono devo ho ha hanno sono sei siamo era essere avere più ma o se sì no anche ciao grazie prego
    questo questa nel nella sul`,
    /[ìò]/,
    /(?:zione|zioni|mente|ità|ato|ata|ati|are|ere|ire|ando|endo|ello|etto|aggio)$|gli|cch|zz|tt|cc|[aeio]$/,
  ),
  profile(
    'pt',
    `o a os as um uma uns umas de do da dos das e é não que quê em no na nos nas ao à por para com sem se seu sua meu
    minha me te lhe eu tu ele ela nós vocês você como quando onde quem qual quais quanto quanta quantos custa porque posso
    pode podem tenho tem há está estão são ser estar foi mais mas ou se sim já muito este esta isso isto olá obrigado
    obrigada fazer quero pelo pela`,
    /[ãõ]/,
    /(?:ção|ções|dade|mente|ado|ada|inho|ando|endo|ar|eiro|agem|ões|ém)$|lh|nh|ão/,
  ),
  profile(
    'nl',
    `de het een en is niet van in op te dat die dit deze er aan met voor om bij uit naar over als ook maar of ik je jij u
    hij zij wij we jullie mijn jouw uw zijn haar ons onze hoe wat wanneer waar wie waarom welke welk hoeveel kan kunnen
    moet moeten mag wil wordt worden was waren heb heeft hebben geen ja nee wel nog alstublieft dank bedankt hallo kost`,
    undefined,
    /(?:ing|heid|lijk|ijk|tje|ten|den|en|isch|aar)$|ij|aa|oe|ui|eu|sch|^(?:ge|ver|ont)/,
  ),
  profile(
    'pl',
    `i w we z ze na nie to jest się że do o od po dla przez przy bez za jak co kto gdzie kiedy dlaczego czemu ile jaki
    jaka jakie który która które czy może mogę można trzeba mam masz ma mają jestem są był była było być mój moja moje
    mnie mi ty on ona my wy oni ale lub albo jeśli też tylko już jeszcze tak dzień dobry cześć dziękuję proszę`,
    /[ąęłńśźżć]/,
    /(?:ość|ania|enie|ować|ego|emu|ych|ymi|ów|ami|ać|ić|cja|cji)$|sz|cz|rz|dz|szcz|w$/,
  ),
  profile(
    'tr',
    `ve bir bu şu o da de ki mi mı mu mü ne nasıl neden niçin niye nerede nereye zaman kim hangi kaç kadar için ile gibi
    daha çok en var yok değil evet hayır ben sen biz siz onlar benim senin bizim sizin bana sana olarak olan olur oldu
    ya veya ama fakat eğer sonra önce merhaba selam teşekkürler lütfen ederim istiyorum yapabilirim`,
    /[ğış]/,
    /(?:lar|ler|dır|dir|lık|lik|mak|mek|yor|iyor|ıyor|sın|sin|ım|im|ların|lerin|abilir|ebilir)$|ı/,
  ),
  profile(
    'cs',
    `a v ve z ze na ne to je se že do o od po pro přes při bez za jak co kdo kde kdy proč kolik jaký jaká jaké který
    která které zda může mohu můžu lze musím mám máš má mají jsem jste jsou byl byla bylo být můj moje mě mi ty on ona my
    vy ale nebo pokud také jen už ještě ano ne dobrý den ahoj děkuji prosím`,
    /[ěřůč]/,
    /(?:ost|ání|ení|ovat|ého|ému|ých|ými|ů|ech|ích)$|ř|ů/,
  ),
  profile(
    'sv',
    `och i att det som en ett är av för på med till den de inte om jag du han hon vi ni min mitt mina din hur vad när var
    vem varför vilken vilket vilka mycket kan måste ska vill har hade från eller men också bara här där ja nej hej tack`,
    /å/,
    /(?:ning|ningar|het|lig|ade|arna|erna|or|ar|er|en|et|isk)$|ö|ä|sj|tj/,
  ),
  profile(
    'da',
    `og i at det som en et er af for på med til den de ikke om jeg du han hun vi i min mit mine din hvordan hvad hvornår
    hvor hvem hvorfor hvilken hvilket meget kan skal vil har havde fra eller men også kun her der ja nej hej tak`,
    /[æø]/,
    /(?:ning|hed|lig|ede|erne|ene|er|en|et|isk)$|hv|øj|æ/,
  ),
  profile(
    'nb',
    `og i å det som en et ei er av for på med til den de ikke om jeg du han hun vi dere min mitt mine din hvordan hva når
    hvor hvem hvorfor hvilken hvilket mye kan må skal vil har hadde fra eller men også bare her der ja nei hei takk`,
    /[æø]/,
    /(?:ning|het|lig|ede|ene|er|en|et|isk)$|hv|øy|kj|skj/,
  ),
  profile(
    'fi',
    `ja on ei se että en olen olet ovat oli mutta kun niin kuin tai jos myös vain nyt mitä mikä missä milloin miksi
    miten kuka kuinka paljon voiko voin voi pitää minun sinun minä sinä hän me te he kiitos hei moi terve tämä onko`,
    undefined,
    /(?:ssa|ssä|sta|stä|lla|llä|lle|ksi|inen|minen|nut|nyt|taan|ään|iin|een)$|ää|yy|uu|ii|ää|kk|öy|uo/,
  ),
  profile(
    'ro',
    `și în nu este o un una de la cu pe din pentru că care ce cine unde când cum cât câte câți costă dece pot poate am ai
    are au sunt ești era fi mai dar sau dacă da mea meu mei ta tău noi voi ei ele îmi îți vă se să bună salut mulțumesc`,
    /[țășă]/,
    /(?:ului|elor|ilor|ție|ții|ește|ează|are|ere|ul|ele)$/,
  ),
  profile(
    'hu',
    `a az és egy nem hogy van volt is meg de vagy ha mert mint csak már még itt ott én te ő mi ti ők hogyan mit mi mikor
    hol hova ki miért melyik mennyi mennyibe kerül kell lehet tudok szeretnék igen kérem köszönöm szia helló jó napot`,
    /[őű]/,
    /(?:ság|ség|nak|nek|ban|ben|ból|ből|hoz|hez|val|vel|ás|és|tól|től)$|gy|ny|sz|cs|zs/,
  ),
  profile(
    'id',
    `yang dan di ke dari untuk dengan ini itu tidak ada adalah akan bisa saya anda kamu kami kita mereka apa apakah
    bagaimana kapan di mana dimana siapa mengapa kenapa berapa mana atau jika tapi juga sudah belum ya halo terima kasih`,
    undefined,
    /(?:kan|nya|lah|an)$|^(?:meng|mem|men|ber|ter|per|pe|di)|ng/,
  ),
  profile(
    'vi',
    'và của là có không cho với được trong một những các này tôi bạn làm thế nào gì khi đâu ai tại sao bao nhiêu thì mà ở để xin chào cảm ơn',
    /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/,
  ),
  profile(
    'uz',
    'va bu bir qanday qachon qayerda kim nima nega qancha bilan uchun ham yoki emas bor yoʻq yo mumkin kerak men siz biz ular mening sizning salom rahmat',
    undefined,
    /(?:lar|ning|dan|ga|gan|adi|moq)$|^q|[og]['ʻʼ]/,
  ),
];

/** Scripts that stand for one language in what people ask, tried in order; more exact ones come first. */
export const SCRIPTS: readonly (readonly [language: string, letters: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['ko', /\p{Script=Hangul}/u],
  ['zh', /\p{Script=Han}/u],
  ['el', /\p{Script=Greek}/u],
  ['he', /\p{Script=Hebrew}/u],
  ['ur', /[ٹڈڑںےہ]/],
  ['fa', /[پچژگکی]/],
  ['ar', /\p{Script=Arabic}/u],
  ['hi', /\p{Script=Devanagari}/u],
  ['bn', /\p{Script=Bengali}/u],
  ['pa', /\p{Script=Gurmukhi}/u],
  ['gu', /\p{Script=Gujarati}/u],
  ['ta', /\p{Script=Tamil}/u],
  ['te', /\p{Script=Telugu}/u],
  ['kn', /\p{Script=Kannada}/u],
  ['ml', /\p{Script=Malayalam}/u],
  ['si', /\p{Script=Sinhala}/u],
  ['th', /\p{Script=Thai}/u],
  ['lo', /\p{Script=Lao}/u],
  ['my', /\p{Script=Myanmar}/u],
  ['km', /\p{Script=Khmer}/u],
  ['ka', /\p{Script=Georgian}/u],
  ['hy', /\p{Script=Armenian}/u],
  ['am', /\p{Script=Ethiopic}/u],
];
