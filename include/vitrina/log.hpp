#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vitrina/error.hpp"
#include "vitrina/live.hpp"

namespace vitrina {

/// What a row of a log is written from.
struct LogRow {
  KeptEvent event = {};
  std::string recommendation_id = {};  ///< of the answer that it came of; empty: none
};

/// Gives rows some at a time; none: there are no more.
using LogRows = std::function<std::vector<LogRow>()>;

/// Writes users' events as a log in the case's format, a Parquet file that `ingest` and
/// Recommender::recommend read, and `recommendation_id` as one column more, which they pass over: a
/// row an event, in the order given. Events of visits are passed over: a log has none without a
/// user. How many rows were written. The file is there whole or not at all; throws
/// Error(kOutOfResources) when the disk says no.
std::uint64_t write_log(const std::filesystem::path& file, const LogRows& rows);

/// How many rows of a log, as the commands take it, are a user's, a product a row. Throws
/// Error(kMissingInput) and Error(kBadData) for what is no log, and for one with rows that are not
/// understood: they may be anybody's.
std::uint64_t count_rows(const std::filesystem::path& data, const std::string& user_id);

}  // namespace vitrina
