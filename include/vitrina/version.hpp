#pragma once

namespace vitrina {

/// Version of the project, for example "0.1.0". Static storage.
const char* version();

/// Sixteen hexadecimal digits over the sources and the compile flags this program was made of:
/// equal ids mean equal results for equal input. Static storage.
const char* build_id();

}  // namespace vitrina
