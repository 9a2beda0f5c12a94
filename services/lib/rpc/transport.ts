import type { ChannelOptions } from '@grpc/grpc-js';

/** Of one message, either way. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** What both ends set, because grpc-js leaves it open: sizes, no bookkeeping that nobody reads. */
export function transportOptions(maxMessageBytes: number): ChannelOptions {
  return {
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
    'grpc.enable_channelz': 0,
  };
}

export const serverOptions: ChannelOptions = {
  // Connections end now and then (grpc-js adds a tenth by chance), so that calls spread again over replicas behind one
  // address, and old certificates go; streams in progress get the grace, which is longer than any call.
  'grpc.max_connection_age_ms': 5 * 60_000,
  'grpc.max_connection_age_grace_ms': 11 * 60_000,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_concurrent_streams': 4_096,
  // In megabytes, for one connection.
  'grpc-node.max_session_memory': 128,
};

export const clientOptions: ChannelOptions = {
  // A peer that is cut off without a word is noticed in 15 s, also between calls.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
  // A peer that restarted is found again quickly; by itself grpc-js waits up to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  // Retries are ours: only where a method says that repeating is harmless.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
};
