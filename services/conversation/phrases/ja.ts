import type { Phrases } from './en.ts';

export const ja: Phrases = {
  refusal:
    'わかりません。回答のもとになる資料に、この内容は見つかりませんでした。言い方を変えるか、別のことをお尋ねください。',
  untaught: 'まだ何も教わっていないため、お答えできません。後ほどお越しください。',
  greeting: 'こんにちは！{assistant} です。何をお知りになりたいですか？',
  thanks: 'どういたしまして！ほかにもお気軽にお尋ねください。',
  farewell: 'さようなら！ご質問があれば、またお越しください。',
  identity: '{assistant} です。',
};
