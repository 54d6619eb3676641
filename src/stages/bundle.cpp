#include "stages/bundle.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/archive.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"

namespace vitrina::stages {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kProductsVersion = 1;
constexpr int kBundleFormat = 1;

/// Word codes stand for words; their texts do not matter to title vectors that are carried along.
std::string title_of(const Catalog& catalog, std::size_t item) {
  std::string title;
  for (const auto word : catalog.title_words.row(item)) {
    if (!title.empty()) title += ' ';
    title += fmt::to_string(word);
  }
  return title;
}

}  // namespace

void save_bundle_products(const Shop& shop, const std::filesystem::path& path) {
  std::vector<std::string> products;
  std::vector<std::string> categories;
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < shop.items.size(); ++i) {
    products.emplace_back(shop.items.external(ItemIdx(i)));
    const auto category = shop.catalog.category[i];
    categories.emplace_back(category.valid() ? shop.categories.external(category) : "");
    titles.push_back(title_of(shop.catalog, i));
  }
  ArchiveWriter out("bundle_products", kProductsVersion);
  out.put_texts("product_id", products);
  out.put_texts("category_id", categories);
  out.put_texts("title", titles);
  out.put("price", shop.catalog.price);
  out.put("old_price", shop.catalog.old_price);
  out.put("add_date", shop.catalog.add_date);
  out.put("vectors", shop.catalog.vectors);
  out.put_value("dim", shop.catalog.vector_dim);
  out.write(path);
}

BundleProductsFile load_bundle_products(const std::filesystem::path& path) {
  const ArchiveReader in(path, "bundle_products", kProductsVersion);
  BundleProductsFile products;
  products.product_ids = in.get_texts("product_id");
  auto& catalog = products.catalog;
  catalog.product_id = products.product_ids;
  catalog.category_id = in.get_texts("category_id");
  catalog.title = in.get_texts("title");
  catalog.price = in.get<float>("price");
  catalog.old_price = in.get<float>("old_price");
  catalog.add_date = in.get<TimeUs>("add_date");
  catalog.vectors = in.get<float>("vectors");
  catalog.dim = in.get_value<std::uint32_t>("dim");
  const std::size_t n = catalog.product_id.size();
  if (catalog.category_id.size() != n || catalog.title.size() != n || catalog.price.size() != n ||
      catalog.old_price.size() != n || catalog.add_date.size() != n ||
      catalog.vectors.size() != n * catalog.dim) {
    in.fail("product_id", "does not fit its sister columns");
  }
  if (catalog.dim > 0) {
    catalog.vector_product = catalog.product_id;
    for (std::size_t i = 0; i < n; ++i) catalog.vector_of.push_back(i);
  }
  return products;
}

std::string write_manifest(const std::filesystem::path& folder,
                           const std::vector<std::string>& files) {
  Json json{{"format", kBundleFormat}, {"build", build_id()}};
  Sha256 all;
  for (const auto& file : files) {
    const auto hash = sha256_file(folder / file);
    json["files"][file] = hash;
    all.update(file + " " + hash + "\n");
  }
  const auto fingerprint = all.hex().substr(0, 16);
  json["fingerprint"] = fingerprint;
  write_file(folder / kManifest, json.dump(2) + "\n");
  return fingerprint;
}

std::string check_manifest(const std::filesystem::path& folder) {
  const auto path = folder / kManifest;
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorCode::kMissingInput,
                fmt::format("{}: no such file; expected a bundle made by 'vitrina pack'",
                            path.string()));
  }
  try {
    const auto json = Json::parse(read_file(path));
    if (json.at("format") != kBundleFormat) {
      throw Error(ErrorCode::kIncompatibleArtifact,
                  fmt::format("{}: has format {}, expected {}; pack the bundle again",
                              path.string(), json.at("format").dump(), kBundleFormat));
    }
    for (const auto& [file, hash] : json.at("files").items()) {
      if (file.find('/') != std::string::npos || sha256_file(folder / file) != hash) {
        throw Error(ErrorCode::kIncompatibleArtifact,
                    fmt::format("{}: does not match its SHA-256 in the manifest; fetch or pack the "
                                "bundle again",
                                (folder / file).string()));
      }
    }
    return json.at("fingerprint").get<std::string>();
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kIncompatibleArtifact,
                fmt::format("{}: {}; pack the bundle again", path.string(),
                            printable(error.what())));
  }
}

}  // namespace vitrina::stages
