#include "core/cancel.hpp"

#include "core/error.hpp"

namespace vitrina {
namespace {

thread_local const CancelFlag* flag_of_thread = nullptr;

}  // namespace

CancelScope::CancelScope(const CancelFlag* flag) noexcept : outer_(flag_of_thread) {
  flag_of_thread = flag;
}

CancelScope::~CancelScope() { flag_of_thread = outer_; }

const CancelFlag* CancelScope::current() noexcept { return flag_of_thread; }

void throw_if_cancelled() {
  if (flag_of_thread != nullptr && flag_of_thread->is_requested()) {
    throw Error(ErrorCode::kCancelled, "cancelled; nothing half-written is left");
  }
}

}  // namespace vitrina
