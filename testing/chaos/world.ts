import type { TelegramDouble } from '../telegram-double.ts';
import type { Surroundings } from './deployment.ts';

/** Where Otvet finds Telegram and the model, and how long it may wait for them. */
export function surroundingsOf(telegram: TelegramDouble, modelUrl: string): Surroundings {
  return {
    OTVET_LOG_LEVEL: 'warn',
    OTVET_TELEGRAM_TOKEN: telegram.token,
    OTVET_TELEGRAM_BURST: '0',
    OTVET_TELEGRAM_API_URL: telegram.url,
    OPENAI_BASE_URL: modelUrl,
    OPENAI_API_KEY: 'sk-test',
    OPENAI_MODEL: 'test-model',
    OTVET_MODEL_FIRST_TOKEN_TIMEOUT: '4s',
    OTVET_MODEL_TIMEOUT: '7s',
    OTVET_API_KEY_QUESTIONS_PER_MINUTE: '0',
  };
}
