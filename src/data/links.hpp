#pragma once

#include "data/event_log.hpp"

namespace vitrina {

/// Joins users who share a device (loc_user_id): `events.links` is made anew. A device that more
/// than `max_users` users have used is nobody's own: from the moment the next user comes to it, it
/// links nobody. A hypothesis about shops whose customers own several cookies: histories are then
/// read over the user and those linked directly to it (UserHistory), answers and purchases stay
/// with each user id.
void link_users(EventLog& events, std::size_t max_users);

}  // namespace vitrina
