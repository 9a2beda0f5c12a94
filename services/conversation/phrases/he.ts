import type { Phrases } from './en.ts';

export const he: Phrases = {
  refusal: 'אין לי תשובה: בחומר שממנו אני עונה לא נמצא דבר על כך. אפשר לנסח אחרת או לשאול על משהו אחר.',
  untaught: 'אין לי עדיין ידע: אף אחד לא לימד אותי. כדאי לחזור מאוחר יותר.',
  greeting: 'שלום! אני {assistant}. מה תרצו לדעת?',
  thanks: 'בשמחה! אפשר להמשיך לשאול.',
  farewell: 'להתראות! אפשר לחזור עם כל שאלה.',
  identity: 'אני {assistant}.',
};
