import type { Phrases } from './en.ts';

export const tr: Phrases = {
  refusal:
    'Bilmiyorum: yanıtladığım kaynaklarda bu konuda bir şey bulamadım. Başka türlü sormayı deneyin ya da başka bir şey sorun.',
  untaught: 'Henüz hiçbir şey bilmiyorum: bana kimse bir şey öğretmedi. Lütfen daha sonra gelin.',
  greeting: 'Merhaba! Ben {assistant}. Ne öğrenmek istersiniz?',
  thanks: 'Rica ederim! Başka sorularınızı da beklerim.',
  farewell: 'Hoşça kalın! Sorunuz olduğunda yine gelin.',
  identity: 'Ben {assistant}.',
};
