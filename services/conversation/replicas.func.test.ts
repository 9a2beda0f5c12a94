import { replicaRules } from '#testing/conversation-replica-rules.ts';

describe('several replicas of conversation on one store', () => replicaRules());
