#include "bench/speed/arrays.hpp"
#include "bench/speed/part.hpp"
#include "ranking/booster.hpp"

namespace vitrina::bench {

/// --input: model.txt, rows.f32 and columns.txt as `features --kind trees` writes them. Answer:
/// scores.f64, the raw scores.
Json run_trees(const Options& options) {
  const auto booster = ranking::Booster::from_text(read_file(options.input / "model.txt"));
  const auto rows = read_array<float>(options.input / "rows.f32");
  const auto names = read_file(options.input / "columns.txt");
  const auto n_columns = static_cast<std::size_t>(std::count(names.begin(), names.end(), '\n'));
  const std::size_t n_rows = rows.size() / n_columns;
  std::vector<double> scores(n_rows);
  const Stopwatch watch;
  booster.predict({rows.data(), n_rows, n_columns}, options.threads, scores);
  const double seconds = watch.seconds();
  if (options.answer) write_array<double>(*options.answer / "scores.f64", scores);
  return {{"seconds", seconds}, {"rows", n_rows}, {"columns", n_columns}};
}

}  // namespace vitrina::bench
