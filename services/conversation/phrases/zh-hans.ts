import type { Phrases } from './en.ts';

export const zhHans: Phrases = {
  refusal: '我不知道：在我据以回答的资料里，没有找到相关内容。请换个说法，或者问问别的。',
  untaught: '我还什么都不知道：还没有人教过我。请稍后再来。',
  greeting: '您好！我是 {assistant}。您想了解什么？',
  thanks: '不客气！欢迎继续提问。',
  farewell: '再见！有问题随时回来。',
  identity: '我是 {assistant}。',
};
