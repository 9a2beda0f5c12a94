/** The services, in the order of their start: who is called comes before who calls. */
export const SERVICES = ['llm', 'training', 'conversation', 'telegram-adapter', 'gateway'] as const;
