#include "command/language.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/time.hpp"

namespace vitrina::command {
namespace {

/// The three variables of the locale, as they were again at the end.
class Locale {
 public:
  Locale() {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (const char* value = std::getenv(kNames[i])) before_[i] = value;
    }
  }
  ~Locale() { set(before_); }
  Locale(const Locale&) = delete;
  Locale& operator=(const Locale&) = delete;

  void set(const std::array<std::optional<std::string>, 3>& values) const {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (values[i]) {
        ::setenv(kNames[i], values[i]->c_str(), 1);
      } else {
        ::unsetenv(kNames[i]);
      }
    }
  }

 private:
  static constexpr std::array<const char*, 3> kNames{"LC_ALL", "LC_MESSAGES", "LANG"};
  std::array<std::optional<std::string>, 3> before_;
};

Language language_of(const std::string& option) {
  Context context;
  if (!option.empty()) context.options["lang"] = option;
  return read_language(context);
}

TEST(Language, OptionWinsOverTheLocale) {
  const Locale locale;
  locale.set({"ru_RU.UTF-8", std::nullopt, std::nullopt});
  EXPECT_EQ(language_of("en"), Language::kEnglish);
  locale.set({"C", std::nullopt, std::nullopt});
  EXPECT_EQ(language_of("ru"), Language::kRussian);
  EXPECT_THROW(language_of("de"), Error);
}

TEST(Language, TheFirstVariableThatIsSetDecides) {
  const Locale locale;
  locale.set({std::nullopt, std::nullopt, "ru_RU.UTF-8"});
  EXPECT_EQ(language_of(""), Language::kRussian);
  EXPECT_EQ(language_of("auto"), Language::kRussian);
  locale.set({std::nullopt, "en_GB.UTF-8", "ru_RU.UTF-8"});
  EXPECT_EQ(language_of(""), Language::kEnglish);
  locale.set({"", "ru", "en_GB.UTF-8"});
  EXPECT_EQ(language_of(""), Language::kRussian);
  locale.set({"C.UTF-8", "ru", "ru"});
  EXPECT_EQ(language_of(""), Language::kEnglish);
  locale.set({});
  EXPECT_EQ(language_of(""), Language::kEnglish);
}

TEST(Language, NumbersAndMomentsAreWrittenAsPeopleDo) {
  const Writer english(Language::kEnglish);
  const Writer russian(Language::kRussian);
  EXPECT_EQ(english.count(0), "0");
  EXPECT_EQ(english.count(999), "999");
  EXPECT_EQ(english.count(1'234'567), "1,234,567");
  EXPECT_EQ(russian.count(84'252), "84\u202f252");
  EXPECT_EQ(english.decimal(0.5, 4), "0.5000");
  EXPECT_EQ(russian.decimal(-0.5, 4), "-0,5000");
  EXPECT_EQ(russian.decimal(0.02), "0,02");
  EXPECT_EQ(english.moment("2024-01-21T23:59:58"), "2024-01-21 23:59:58");
  EXPECT_EQ(russian.moment("2024-01-21T23:59:58"), "21.01.2024 23:59:58");
  EXPECT_EQ(english.moment("2024-01-21T23:59:59.000001"), "2024-01-22 00:00:00");
  EXPECT_EQ(english.moment(TimeUs{-1}), "1970-01-01 00:00:00");
  EXPECT_EQ(russian.moment("not a time"), "not a time");
}

}  // namespace
}  // namespace vitrina::command
