import { expect } from 'chai';
import fc from 'fast-check';
import { detectLanguage } from './language.ts';

const SAMPLES: readonly (readonly [language: string, ...texts: string[]])[] = [
  [
    'ru',
    'как?',
    'Сколько стоит доставка?',
    'привет',
    'Где мой заказ',
    'Работаете в выходные?',
    'почему карта не пришла',
  ],
  ['ru', 'Как подключить iPhone к Wi-Fi?', 'доставка', 'оплата картой Visa Classic', 'ЧТО ДЕЛАТЬ'],
  [
    'en',
    'How much?',
    'how',
    'Where is my card?',
    'refund policy',
    'opening hours',
    'Can I cancel?',
    'what is Сбербанк?',
  ],
  ['uk', 'Скільки коштує доставка?', 'Де моє замовлення?', 'як це працює', 'привіт', 'Чи можна оплатити карткою?'],
  ['bg', 'Колко струва доставката?', 'Къде е моята поръчка?', 'защо картата не е пристигнала'],
  ['be', 'Колькі каштуе дастаўка?', 'Дзе мой заказ?', 'чаму картка не прыйшла'],
  ['kk', 'Жеткізу қанша тұрады?', 'Менің тапсырысым қайда?'],
  ['sr', 'Колико кошта испорука?', 'Где је моја поруџбина?'],
  ['de', 'Wie viel kostet der Versand?', 'Wo ist meine Karte?', 'Öffnungszeiten', 'Kann ich stornieren?'],
  ['fr', 'Combien coûte la livraison ?', 'Où est ma carte ?', "Qu'est-ce que c'est ?", 'Comment annuler ?'],
  ['es', '¿Cuánto cuesta el envío?', 'donde esta mi tarjeta', '¿Cómo cancelar?'],
  ['it', 'Quanto costa la spedizione?', "Dov'è la mia carta?", 'Come posso annullare?'],
  ['pt', 'Quanto custa a entrega?', 'Onde está o meu cartão?', 'Como posso cancelar?'],
  ['pl', 'Ile kosztuje dostawa?', 'Gdzie jest moja karta?', 'Jak mogę anulować?'],
  ['tr', 'Teslimat ne kadar?', 'Kartım nerede?', 'Nasıl iptal edebilirim?'],
  ['nl', 'Hoeveel kost de verzending?', 'Waar is mijn kaart?', 'Hoe kan ik annuleren?'],
  ['cs', 'Kolik stojí doručení?', 'Kde je moje karta?'],
  ['sv', 'Hur mycket kostar frakten?', 'Var är mitt kort?'],
  ['fi', 'Kuinka paljon toimitus maksaa?', 'Missä korttini on?'],
  ['ro', 'Cât costă livrarea?', 'Unde este cardul meu?'],
  ['hu', 'Mennyibe kerül a szállítás?', 'Hol van a kártyám?'],
  ['id', 'Berapa biaya pengiriman?', 'Bagaimana cara membatalkan?'],
  ['vi', 'Giao hàng bao nhiêu tiền?'],
  ['el', 'Πόσο κοστίζει η αποστολή;'],
  ['he', 'כמה עולה המשלוח?'],
  ['ar', 'كم تكلفة التوصيل؟'],
  ['fa', 'هزینه ارسال چقدر است؟'],
  ['hi', 'डिलीवरी की कीमत क्या है?'],
  ['zh', '运费是多少？'],
  ['ja', '送料はいくらですか？'],
  ['ko', '배송비는 얼마예요?'],
  ['th', 'ค่าจัดส่งเท่าไหร่'],
  ['ka', 'რა ღირს მიწოდება?'],
  ['hy', 'Որքա՞ն արժե առաքումը'],
];

describe('the language of a text', () => {
  for (const [language, ...texts] of SAMPLES) {
    it(`${language}: ${texts[0]}`, () => {
      for (const text of texts) expect(detectLanguage(text), text).to.equal(language);
    });
  }

  it('is und where nothing tells', () => {
    for (const text of ['', '42', '?!', '👍', 'Kx Qr']) expect(detectLanguage(text), text).to.equal('und');
  });

  it('follows a hint only where the text leaves it open', () => {
    expect(detectLanguage('Visa Gold', 'de-DE')).to.equal('de');
    expect(detectLanguage('банкомат', 'uk')).to.equal('uk');
    expect(detectLanguage('How much is it?', 'ru')).to.equal('en');
    expect(detectLanguage('Сколько это стоит?', 'en')).to.equal('ru');
    expect(detectLanguage('42', 'ru')).to.equal('und');
  });

  it('is always something, whatever the text and the hint', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, hint) => {
        expect(detectLanguage(text, hint)).to.match(/^[a-z]{2,3}$/);
      }),
    );
  });
});
