#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "core/progress.hpp"
#include "data/build.hpp"
#include "io/log_reader.hpp"

namespace vitrina::bench {

/// --input: the folder of a log. Reads, explodes, encodes and orders it. Answer: the arrays of
/// `export`, and the external ids in users.txt and products.txt.
Json run_ingest(const Options& options) {
  SilentProgress progress;
  const Stopwatch watch;
  auto raw = io::read_log(options.input, io::LogSchema{}, kNoTime, options.threads, progress);
  const auto shop = build_shop(raw, nullptr, options.threads);
  const double seconds = watch.seconds();
  if (options.answer) {
    write_events(shop, *options.answer);
    std::string users;
    std::string products;
    for (std::size_t u = 0; u < shop.users.size(); ++u) {
      users.append(shop.users.text(u)).append("\n");
    }
    for (std::size_t i = 0; i < shop.items.size(); ++i) {
      products.append(shop.items.text(i)).append("\n");
    }
    write_file(*options.answer / "users.txt", users);
    write_file(*options.answer / "products.txt", products);
  }
  return {{"seconds", seconds},
          {"events", shop.events.n_events()},
          {"users", shop.users.size()},
          {"products", shop.items.size()}};
}

}  // namespace vitrina::bench
