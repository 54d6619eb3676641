#include "tools/tools.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/hash.hpp"
#include "core/lock.hpp"
#include "core/temporary.hpp"
#include "io/npz.hpp"
#include "io/parquet_writer.hpp"
#include "simulate/shop.hpp"
#include "tools/simulation_record.hpp"

namespace vitrina::tools {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using simulate::CatalogSnapshot;
using simulate::kSimulatorVersion;
using simulate::SimulateConfig;
using simulate::SimulatedShop;

/// The shop, and where it goes.
struct SimulateSection {
  std::string out_dir = "data/simulated";
  SimulateConfig shop;

  void visit(ConfigVisitor& v) {
    v.field("out_dir", out_dir, "folder for the files of the simulated shop");
    shop.visit(v);
  }
};

void write_log(const SimulatedShop& shop, const std::filesystem::path& path) {
  using io::ColumnType;
  io::write_table(
      path,
      {{"user_id", ColumnType::kString},
       {"loc_user_id", ColumnType::kString},
       {"action", ColumnType::kInt64},
       {"date", ColumnType::kTimestampUs},
       {"products", ColumnType::kStringList},
       {"pageId", ColumnType::kUint32}},
      [&](io::TableWriter& writer) {
        writer.append(
            {io::CodedTexts{shop.user, shop.user_ids}, io::CodedTexts{shop.device, shop.device_ids},
             std::span<const std::uint8_t>(shop.action), std::span<const std::int64_t>(shop.time),
             io::CodedLists{shop.products.offsets, {shop.products.values, shop.item_ids}},
             std::span<const std::uint32_t>(shop.page)});
        writer.finish();
      });
}

void write_catalog(const CatalogSnapshot& catalog, const std::filesystem::path& path) {
  using io::ColumnType;
  std::vector<std::string> titles;
  titles.reserve(catalog.n_rows());
  for (std::size_t row = 0; row < catalog.n_rows(); ++row) titles.push_back(catalog.title(row));
  io::write_table(path,
                  {{"add_date", ColumnType::kTimestampUs},
                   {"shop_id", ColumnType::kLargeString},
                   {"product_id", ColumnType::kLargeString},
                   {"category_id", ColumnType::kLargeString},
                   {"price", ColumnType::kInt32},
                   {"title", ColumnType::kLargeString},
                   {"old_price", ColumnType::kInt32}},
                  [&](io::TableWriter& writer) {
                    writer.append({std::span<const std::int64_t>(catalog.add_date),
                                   std::span<const std::string>(catalog.shop_id),
                                   std::span<const std::string>(catalog.product_id),
                                   std::span<const std::string>(catalog.category_id),
                                   std::span<const std::int32_t>(catalog.price),
                                   std::span<const std::string>(titles),
                                   std::span<const std::int32_t>(catalog.old_price)});
                    writer.finish();
                  });
}

void write_mapping(const CatalogSnapshot& catalog, const std::filesystem::path& path) {
  using io::ColumnType;
  io::write_table(path,
                  {{"product_id", ColumnType::kLargeString}, {"vector_id", ColumnType::kInt64}},
                  [&](io::TableWriter& writer) {
                    writer.append({std::span<const std::string>(catalog.mapped_product),
                                   std::span<const std::int64_t>(catalog.vector_id)});
                    writer.finish();
                  });
}

Json about(const SimulateConfig& config, std::uint64_t seed, const SimulatedShop& shop) {
  return {{"simulator_version", kSimulatorVersion},
          {"scale", config.scale},
          {"days", config.days},
          {"seed", seed},
          {"rows", shop.n_events()},
          {"catalog_rows", shop.catalog.n_rows()}};
}

void write_record(const fs::path& folder, const Json& record) {
  write_file(folder / kRecordFile, record.dump(2) + "\n");
}

void write_files(const SimulatedShop& shop, const fs::path& folder) {
  write_log(shop, folder / kLogFile);
  write_catalog(shop.catalog, folder / kCatalogFile);
  write_mapping(shop.catalog, folder / kMappingFile);
  io::write_npz(folder / kVectorsFile, "arr_0", shop.catalog.vectors, shop.catalog.dim);
}

/// Moves files from where they were made to `folder`. Whoever is stopped on the way leaves a record
/// that knows both what was there and what comes.
void move_files(const fs::path& made, const fs::path& folder, Json record) {
  for (const auto name : {kLogFile, kCatalogFile, kMappingFile, kVectorsFile}) {
    record["files"][std::string(name)] = sha256_file(made / name);
  }
  const auto before = recorded_files(folder);
  if (!before.empty()) {
    auto interim = record;
    for (const auto& [name, digest] : before) interim["before"][name].push_back(digest);
    write_record(folder, interim);
  } else {
    write_record(folder, record);
  }
  for (const auto& [name, digest] : record["files"].items()) fs::rename(made / name, folder / name);
  if (!before.empty()) write_record(folder, record);
}

void run(const command::Context& context) {
  const auto section = read_section<SimulateSection>(context.params, "simulate");
  const auto folder = context.path(section.out_dir);
  const FolderLock lock(folder, "vitrina simulate");
  check_folder(folder);
  const SimulatedShop shop =
      simulate::simulate(section.shop, context.seed, context.threads, *context.progress);
  context.progress->begin("files", 0, "files");
  const TemporaryPath made(folder / ".simulating");
  fs::remove_all(made.path());  // of one that was killed
  write_files(shop, made.path());
  move_files(made.path(), folder, about(section.shop, context.seed, shop));
  context.progress->end(folder.string());
}

}  // namespace

command::Command simulate_command() {
  return {
      .name = "simulate",
      .summary = "makes a synthetic shop: a click log and a catalog in the format of the case",
      .inputs = {},
      .outputs = {{"{simulate.out_dir}/train_actions.pq", "the click log"},
                  {"{simulate.out_dir}/stokman_catalog_preprocessed.pq", "the catalog"},
                  {"{simulate.out_dir}/catalog_vector_mapping.pq", "rows of vectors.npz"},
                  {"{simulate.out_dir}/vectors.npz", "title vectors"},
                  {"{simulate.out_dir}/simulation.json",
                   "version of the simulator, scale, days, seed, and the SHA-256 of the files"}},
      .sections = {{"simulate", describe<SimulateSection>()}},
      .options = {{"--scale", "S", "size against the case's log", false, "simulate.scale"},
                  {"--days", "N", "length of the log in days", false, "simulate.days"},
                  {"--out", "DIR", "folder for the files", false, "simulate.out_dir", true}},
      .example = "vitrina simulate --scale 0.1 --seed 1 --out data/simulated",
      .run = run,
      .is_pipeline = false};
}

}  // namespace vitrina::tools
