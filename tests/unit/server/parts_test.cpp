#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "core/file.hpp"
#include "core/hash.hpp"
#include "server/keys.hpp"
#include "server/metrics.hpp"
#include "server/problem.hpp"
#include "server/shape.hpp"
#include "server/url.hpp"
#include "support/scratch.hpp"

namespace vitrina::server {
namespace {

const Shape kInner{"Inner", {{"flag", Type::kBoolean, "a flag", true}}};
const Shape kShape{"Outer",
                   {{"id", Type::kId, "an id"},
                    {"n", Type::kWhole, "a count", false, 1, 9},
                    {"x", Type::kNumber, "a measure", false, 0},
                    {"kind", Type::kText, "one of two", false, 0, 0, {"a", "b"}},
                    {"ids", Type::kIds, "some ids", false, 1, 2},
                    {"inner", Type::kObject, "", false, 0, 0, {}, &kInner},
                    {"list", Type::kObjects, "", false, 0, 2, {}, &kInner}}};

/// What is said of a body; empty where it is of the shape.
std::string fault_of(const std::string& body) {
  try {
    check(boost::json::parse(body), kShape);
    return "";
  } catch (const Problem& problem) {
    EXPECT_EQ(problem.status(), 422);
    return problem.what();
  }
}

TEST(Shape, SaysWhereAValueIsNotOfIt) {
  for (const auto* body :
       {"{}", R"({"id":"7","n":9,"x":0.5,"kind":"b","ids":[1,"2"],"inner":{"flag":true}})",
        R"({"id":18446744073709551615,"x":3,"list":[]})", R"({"id":7.0,"n":9.0,"ids":[1e3]})"}) {
    EXPECT_EQ(fault_of(body), "") << body;
  }
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"[]", "body: found a list, expected an object"},
      {"null", "body: found null, expected an object"},
      {R"({"idd":1})",
       "body: found the field 'idd', expected some of id, n, x, kind, ids, inner, list"},
      {R"({"id":""})", "body.id: found 0 bytes, expected an id of 1 to 128"},
      {R"({"id":1.5})", "body.id: found a number, expected an id: a text or a whole number"},
      {R"({"id":1e300})", "body.id: found a number, expected an id: a text or a whole number"},
      {R"({"n":10})", "body.n: found 10, expected a whole number from 1 to 9"},
      {R"({"n":1.5})", "body.n: found a number, expected a whole number from 1 to 9"},
      {R"({"n":"1"})", "body.n: found a text, expected a whole number from 1 to 9"},
      {R"({"x":-1})", "body.x: found -1, expected a number from 0 on"},
      {R"({"kind":"c"})", "body.kind: found 'c', expected one of a, b"},
      {R"({"ids":[]})", "body.ids: found 0 of them, expected a number from 1 to 2"},
      {R"({"ids":[1,true]})",
       "body.ids[1]: found true or false, expected an id: a text or a whole number"},
      {R"({"inner":{}})", "body.inner: the field 'flag' is missing"},
      {R"({"list":[{"flag":true},{"flag":1}]})",
       "body.list[1].flag: found a number, expected true or false"},
  };
  for (const auto& [body, fault] : wrong) EXPECT_EQ(fault_of(body), fault) << body;
  EXPECT_NE(fault_of(fmt::format(R"({{"id":"{}"}})", std::string(129, 'x'))), "");
}

TEST(Shape, WholeNumbersWrittenWithAPointAreTheSameIds) {
  const auto told = boost::json::parse(R"({"id":7.0,"ids":["7.0",9007199254740992.0]})");
  check(told, kShape);
  EXPECT_EQ(text_of(told.get_object(), "id"), "7");
  EXPECT_EQ(ids_of(told.get_object(), "ids"),
            (std::vector<std::string>{"7.0", "9007199254740992"}));
}

TEST(Shape, IsASchema) {
  EXPECT_EQ(boost::json::serialize(to_schema(kInner)),
            R"({"type":"object","properties":{"flag":{"type":"boolean","description":"a flag"}},)"
            R"("additionalProperties":false,"required":["flag"]})");
}

TEST(Shape, ReadsParametersByTheirTypes) {
  const auto query = typed({{"n", "3"}, {"x", "2.5"}, {"kind", "a"}, {"id", "7"}}, kShape);
  EXPECT_EQ(boost::json::serialize(query), R"({"n":3,"x":2.5E0,"kind":"a","id":"7"})");
  EXPECT_NO_THROW(check(query, kShape));
  EXPECT_THROW(check(typed({{"n", "three"}}, kShape), kShape), Problem);
  EXPECT_THROW(check(typed({{"n", ""}}, kShape), kShape), Problem);
  EXPECT_THROW(check(typed({{"m", "3"}}, kShape), kShape), Problem);
  EXPECT_THROW((void)typed({{"n", "3"}, {"n", "3"}}, kShape), Problem);
}

TEST(Url, IsTakenApart) {
  EXPECT_EQ(path_of("/a%20b?c=d?e"), "/a%20b");
  EXPECT_EQ(query_of("/a?c=d?e"), "c=d?e");
  EXPECT_EQ(query_of("/a"), "");
  EXPECT_EQ(decode("%D1%84+%2b", false), "\xd1\x84++");
  EXPECT_EQ(decode("a+b", true), "a b");
  for (const auto* text : {"%", "%1", "%g1", "%1g", "% 1", "%-1", "%ff", "a\xd1", "%d1%"}) {
    EXPECT_THROW((void)decode(text, false), Problem) << text;
  }
  EXPECT_EQ(parse_query("a=1&&b=%20&c&d=e=f"),
            (std::vector<std::pair<std::string, std::string>>{
                {"a", "1"}, {"b", " "}, {"c", ""}, {"d", "e=f"}}));
  EXPECT_TRUE(is_json("Application/JSON ; charset=utf-8"));
  EXPECT_FALSE(is_json("application/jsonp"));
  EXPECT_FALSE(is_json(""));
}

TEST(Keys, AreJudgedByScope) {
  const test::ScratchFolder scratch;
  const auto file = scratch.path() / "keys";
  write_file(file, fmt::format("# of the site\n{} recommend,events\n\n{} admin # of ours\n",
                               sha256_text("site"), sha256_text("ours")));
  const auto keys = Keys::read(file);
  EXPECT_EQ(keys.judge("site", Scope::kEvents), Verdict::kAllowed);
  EXPECT_EQ(keys.judge("site", Scope::kAdmin), Verdict::kOtherScope);
  EXPECT_EQ(keys.judge("ours", Scope::kAdmin), Verdict::kAllowed);
  EXPECT_EQ(keys.judge("Site", Scope::kEvents), Verdict::kUnknown);
  EXPECT_EQ(keys.judge("", Scope::kEvents), Verdict::kUnknown);
  EXPECT_EQ(keys.judge("", Scope::kNone), Verdict::kAllowed);
  EXPECT_EQ(Keys().judge("", Scope::kAdmin), Verdict::kAllowed);
}

TEST(Keys, AFileThatIsNoneIsRefusedWithoutRepeatingIt) {
  const test::ScratchFolder scratch;
  const auto file = scratch.path() / "keys";
  const auto refusal = [&](const std::string& text) -> std::string {
    write_file(file, text);
    try {
      (void)Keys::read(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kConfig);
      return error.what();
    }
    ADD_FAILURE() << text;
    return "";
  };
  for (const auto* text : {"", "# none\n", "secret recommend\n", "secret\n"}) {
    EXPECT_EQ(refusal(text).find("secret"), std::string::npos);
  }
  const auto a = sha256_text("a");
  EXPECT_NE(refusal(a + " everything\n"), "");
  for (const auto& [text, fault] : std::vector<std::pair<std::string, std::string>>{
           {sha256_text("") + " recommend\n",
            "keys:1: found the SHA-256 of nothing: $key was empty when the line was written"},
           {fmt::format("{} recommend\n# more\n{} admin\n", a, a),
            "keys:3: found the key of line 1 again"}}) {
    EXPECT_NE(refusal(text).find(fault), std::string::npos) << refusal(text);
  }
  EXPECT_THROW((void)Keys::read(scratch.path() / "nowhere"), Error);
}

TEST(Metrics, AreSaidAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.request("postEvents", 200, 0.0003);
  metrics.request("postEvents", 200, 7);
  metrics.request("postEvents", 503, 0.0001);
  metrics.events(5, 2);
  metrics.fallback("popular");
  metrics.commit(false, 0.01);
  const Process process{.resident_bytes = 4096, .n_descriptors = 5, .start_s = 1'700'000'000.25};
  const auto text = metrics.text({.bundle = "b",
                                  .version = "v",
                                  .n_events = 9,
                                  .loop_lag_s = 0.25,
                                  .learned_until_s = 1'700'000'000,
                                  .process = process});
  for (const auto* line :
       {"vitrina_model_info{bundle=\"b\",version=\"v\"} 1\n",
        "vitrina_http_requests_total{route=\"postEvents\",status=\"200\"} 2\n",
        "vitrina_http_request_duration_seconds_bucket{route=\"postEvents\",le=\"0.0001\"} 1\n",
        "vitrina_http_request_duration_seconds_bucket{route=\"postEvents\",le=\"0.0005\"} 2\n",
        "vitrina_http_request_duration_seconds_bucket{route=\"postEvents\",le=\"5\"} 2\n",
        "vitrina_http_request_duration_seconds_bucket{route=\"postEvents\",le=\"+Inf\"} 3\n",
        "vitrina_http_request_duration_seconds_count{route=\"postEvents\"} 3\n",
        "vitrina_events_acked_total 5\n", "vitrina_events_repeated_total 2\n",
        "vitrina_fallback_total{reason=\"popular\"} 1\n", "vitrina_event_commit_seconds_count 1\n",
        "vitrina_event_commit_failures_total 1\n", "vitrina_events_in_memory 9\n",
        "vitrina_loop_lag_seconds 0.25\n", "vitrina_model_learned_until_seconds 1700000000\n",
        "vitrina_snapshot_time_seconds 0\n", "process_resident_memory_bytes 4096\n",
        "process_open_fds 5\n",
        "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1700000000.25\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "in\n" << text;
  }
  EXPECT_EQ(text.find("process_max_fds"), std::string::npos) << "was not said";
}

}  // namespace
}  // namespace vitrina::server
