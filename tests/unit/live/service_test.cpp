#include "live/service.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "unit/api/aged_bundle_fixture.hpp"

namespace vitrina::live {
namespace {

using ServiceTest = AgedBundleTest;

TEST_F(ServiceTest, ABundleThatWasSwappedOutIsGone) {
  const auto load = [] { return bundle::Generation::load(folder() / "bundle"); };
  Service service(load());
  const std::weak_ptr<const bundle::Generation> old = service.generation();
  // beside a product nobody knows: what sells, which is kept for the next one who asks
  const Request request{.as_of = kLearned + kUsPerDay, .k = 3, .beside = "never heard"};
  EXPECT_EQ(service.recommend(request).products.size(), 3U);
  service.swap(load());
  EXPECT_TRUE(old.expired());
  EXPECT_EQ(service.recommend(request).products.size(), 3U);
}

}  // namespace
}  // namespace vitrina::live
