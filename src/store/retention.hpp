#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "store/event_writer.hpp"

namespace vitrina::store {

/// Has old events leave a store while others are told. An event is as old as it says, whenever it
/// came, as memory has it and answers ask; so rows of any place may have to go. What is known of
/// the times of a block of rows spares reading it again. Not thread-safe.
class Retention {
 public:
  Retention(std::filesystem::path folder, EventWriter& writer)
      : folder_(std::move(folder)), writer_(writer) {}

  /// Erases the events from before a moment, some a commit, so that those that are told meanwhile
  /// hardly wait; how many rows there were. What `is_over` leaves undone is for the next call, of
  /// this object or of another one after a restart. Throws Error of Database.
  std::size_t erase_before(std::int64_t time_us, const std::function<bool()>& is_over);

 private:
  /// Rows behind those of the block before.
  struct Block {
    std::int64_t last = 0;       ///< number of the last one
    std::int64_t oldest_us = 0;  ///< of their times, of those that are left
  };

  std::filesystem::path folder_;
  EventWriter& writer_;
  std::vector<Block> blocks_;
};

}  // namespace vitrina::store
