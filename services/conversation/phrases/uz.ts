import type { Phrases } from './en.ts';

export const uz: Phrases = {
  refusal:
    'Bilmayman: men javob beradigan materialda bu haqda hech narsa yoʻq. Boshqacha soʻrab koʻring yoki boshqa narsa haqida soʻrang.',
  untaught: 'Men hali hech narsa bilmayman: meni hali oʻrgatishmagan. Iltimos, keyinroq keling.',
  greeting: 'Assalomu alaykum! Men {assistant}. Nimani bilmoqchisiz?',
  thanks: 'Arzimaydi! Yana soʻrang.',
  farewell: 'Xayr! Savolingiz boʻlsa, yana keling.',
  identity: 'Men {assistant}.',
};
