// Runs a JavaScript function with the standard error shut: TensorFlow's libraries write notes while they are being loaded,
// before any setting of theirs is read.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static napi_value Quietly(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value act, receiver, result = nullptr;
  napi_get_cb_info(env, info, &count, &act, nullptr, nullptr);
  napi_get_undefined(env, &receiver);
  const int kept = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (kept >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  napi_call_function(env, receiver, act, 0, nullptr, &result);
  if (kept >= 0) dup2(kept, STDERR_FILENO);
  if (kept >= 0) close(kept);
  if (nowhere >= 0) close(nowhere);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value act;
  napi_create_function(env, "quietly", NAPI_AUTO_LENGTH, Quietly, nullptr, &act);
  napi_set_named_property(env, exports, "quietly", act);
  return exports;
}
