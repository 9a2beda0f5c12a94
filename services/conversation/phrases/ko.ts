import type { Phrases } from './en.ts';

export const ko: Phrases = {
  refusal: '모르겠어요. 제가 답변에 쓰는 자료에는 이 내용이 없어요. 다르게 물어보시거나 다른 것을 물어봐 주세요.',
  untaught: '아직 배운 것이 없어서 아무것도 몰라요. 나중에 다시 와 주세요.',
  greeting: '안녕하세요! {assistant}입니다. 무엇이 궁금하세요?',
  thanks: '천만에요! 더 궁금한 것이 있으면 물어보세요.',
  farewell: '안녕히 가세요! 궁금한 것이 생기면 언제든 다시 오세요.',
  identity: '{assistant}입니다.',
};
