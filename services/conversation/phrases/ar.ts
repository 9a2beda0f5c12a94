import type { Phrases } from './en.ts';

export const ar: Phrases = {
  refusal: 'لا أعرف: لم أجد شيئًا عن هذا في المواد التي أجيب منها. جرّب صياغة أخرى أو اسأل عن شيء آخر.',
  untaught: 'لا أعرف شيئًا بعد، فلم يعلّمني أحد. يُرجى العودة لاحقًا.',
  greeting: 'مرحبًا! أنا {assistant}. ماذا تود أن تعرف؟',
  thanks: 'على الرحب والسعة! اسألني ما تشاء.',
  farewell: 'إلى اللقاء! عد متى كان لديك سؤال.',
  identity: 'أنا {assistant}.',
};
