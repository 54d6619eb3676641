#pragma once

#include <string>
#include <string_view>

namespace vitrina::cli {

/// From now on SIGINT, SIGTERM and SIGHUP cancel the work of this thread (core/cancel.hpp), unless
/// they were ignored when the program started. Work that has not ended `patience_seconds` later, or
/// at the second signal, is ended where it is: what is temporary is removed, `place: error:
/// cancelled` is printed, and the exit code is that of kCancelled. Called once, before any thread
/// is started.
void watch_signals(std::string_view place, int patience_seconds);

/// From now on SIGHUP ends nothing: it asks for settings to be read again.
void take_hangups();
/// Whether one came since the last call.
bool came_hangup();

/// The command has done what it was to do, and what is left may be cut off: then `warning` is
/// printed, and the exit code is 0 all the same.
void end_well(std::string_view warning);

/// What to say of the signal that came.
std::string cancelled_text();

/// The command is over and what is left is to say how: the work is not ended from outside any more.
/// Does not return where that has begun.
void take_the_end();

}  // namespace vitrina::cli
