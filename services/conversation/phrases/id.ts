import type { Phrases } from './en.ts';

export const id: Phrases = {
  refusal:
    'Saya tidak tahu: tidak ada apa-apa tentang ini dalam bahan yang saya pakai untuk menjawab. Coba tanyakan dengan cara lain atau tanyakan hal lain.',
  untaught: 'Saya belum tahu apa-apa: belum ada yang mengajari saya. Silakan kembali nanti.',
  greeting: 'Halo! Saya {assistant}. Apa yang ingin Anda ketahui?',
  thanks: 'Sama-sama! Silakan bertanya lagi.',
  farewell: 'Sampai jumpa! Kembalilah kapan pun ada pertanyaan.',
  identity: 'Saya {assistant}.',
};
