/** Words that carry the grammar of a question and little of its subject, normalised as tokens are. */
const RUSSIAN = `а без более бы был была были было быть в вам вами вас ваш ваша ваше ваши ведь весь во вот все всего
  всех вы где да для до его ее ей ему если есть еще ею же за здесь и из или им ими их к как какая какие какими каких
  какого какое какой каком какому какую ко когда которая которого которое которой котором которому которую которые
  который которым которых кто куда ли либо лишь между меня мне мной мог могла могли могло могу могут мои мой моя можем
  может можете можешь можно мое моего моей моем моему мою моим моих мы на над надо нам нами нас наш наша наше наши не
  него нее ней нет ни никто ним ними них ничего но ну нужно о об обо однако он она они оно от откуда по под при
  пожалуйста почему про разве с сам сама сами само свое своего своей своем своему свои свой своим своих свою своя себе
  себя сколько со так такая такие такое такой там те тебе тебя тем то тобой тогда того тоже той только том тому тот ту
  ты у уже чего чем чему что чтобы чья чей чье чьи эта эти этим этих это этого этой этом этому этот эту я является
  являются стал стала стали стало`;
const ENGLISH = `a about after all also am an and any are as at be because been before being but by can could did do
  does doing don't for from had has have having he her here hers him his how i i'm i've if in into is isn't it its just
  ll m me might my no not now of off on once only or other our out over own please re s she should so some such t than
  that the their them then there these they this those through to too under until up us ve very was wasn't we were what
  when where which while who whom whose why will with won't would you your yours`;
const STOP_WORDS: ReadonlySet<string> = new Set(`${RUSSIAN} ${ENGLISH}`.split(/\s+/));

/** Whether a normalised word says next to nothing about a question's subject (Russian and English). */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}
