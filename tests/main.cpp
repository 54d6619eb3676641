#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// Runs the tests with a temporary folder of the process's own: ctest runs several at a time, whose
/// cases use the same file names.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::string folder = (std::filesystem::temp_directory_path() / "vitrina-test-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr || ::setenv("TEST_TMPDIR", folder.c_str(), 1) != 0) {
    return EXIT_FAILURE;
  }
  const int status = RUN_ALL_TESTS();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return status;
}
