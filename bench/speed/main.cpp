#include <CLI/CLI.hpp>
#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "bench/speed/part.hpp"
#include "cli/peak_memory.hpp"
#include "core/file.hpp"

namespace vitrina::bench {
namespace {

constexpr std::array kParts{
    Part{"export", "writes the events of a shop as arrays; measures nothing", run_export},
    Part{"covisitation", "matrices of what is seen together", run_covisitation},
    Part{"ingest", "a log read, exploded, encoded and ordered", run_ingest},
    Part{"sessions", "session neighbours: the index, then one prediction at a time", run_sessions},
    Part{"features", "candidates and columns of users", run_features},
    Part{"trees", "scores of boosted trees", run_trees},
    Part{"answer", "one customer after the other, from a bundle", run_answer},
    Part{"explain", "the same with reasons, beside LightGBM's", run_explain},
};

void declare(CLI::App& app, Options& options) {
  app.add_option("--input", options.input, "shop archive, or folder of arrays")->required();
  app.add_option("--answer", options.answer, "folder for the answer");
  app.add_option("--threads", options.threads)->capture_default_str();
  app.add_option("--k", options.k)->capture_default_str();
  app.add_option("--users", options.users)->capture_default_str();
  app.add_option("--candidates", options.candidates)->capture_default_str();
  app.add_option("--data", options.data, "log");
  app.add_option("--kind", options.kind, "variant of the part");
}

int run(int argc, char** argv) {
  CLI::App app(
      "Runs one part of Vitrina on given inputs and times it; bench/speed/bench.py calls it.");
  app.require_subcommand(1);
  Options options;
  std::filesystem::path result;
  for (const auto& part : kParts) {
    auto* command = app.add_subcommand(std::string(part.name), std::string(part.summary));
    declare(*command, options);
    command->add_option("--result", result, "JSON file for the seconds and the peak memory")
        ->required();
    command->callback([&] {
      auto json = part.run(options);
      json["peak_bytes"] = cli::peak_memory_bytes();
      write_file(result, json.dump(1) + "\n");
    });
  }
  CLI11_PARSE(app, argc, argv);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace vitrina::bench

int main(int argc, char** argv) {
  try {
    return vitrina::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "vitrina_bench: error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
