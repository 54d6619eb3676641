#include "server/openapi.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "vitrina/version.hpp"

namespace vitrina::server {
namespace {

namespace json = boost::json;

constexpr std::string_view kProblemSchema = "Problem";

json::object content(std::string_view type, json::object schema) {
  return {{type, json::object{{"schema", std::move(schema)}}}};
}

json::object reference(std::string_view name) {
  return {{"$ref", fmt::format("#/components/schemas/{}", name)}};
}

json::array parameters_of(const Route& route) {
  json::array parameters;
  if (route.path.find("{id}") != std::string_view::npos) {
    parameters.push_back({{"name", "id"},
                          {"in", "path"},
                          {"required", true},
                          {"description", id_limit()},
                          {"schema",
                           {{"type", "string"},
                            {"minLength", 1},
                            {"maxLength", static_cast<std::int64_t>(kMaxIdBytes)}}}});
  }
  if (route.query == nullptr) return parameters;
  for (const auto& field : route.query->fields) {
    auto schema = to_schema(field);
    schema.erase("description");
    parameters.push_back({{"name", field.name},
                          {"in", "query"},
                          {"required", field.is_required},
                          {"description", field.meaning},
                          {"schema", std::move(schema)}});
  }
  return parameters;
}

json::object responses_of(const Route& route) {
  json::object done{{"description", "the answer"}};
  if (route.answer != nullptr)
    done["content"] = content("application/json", reference(route.answer->name));
  const auto problem = content("application/problem+json", reference(kProblemSchema));
  json::object responses{{"200", std::move(done)}};
  if (!route.conflict.empty()) {
    responses["409"] = {{"description", route.conflict}, {"content", problem}};
  }
  if (route.body != nullptr) {
    responses["415"] = {{"description", "the body is no JSON by its headers, or is compressed"},
                        {"content", problem}};
  }
  if (route.door == Door::kShop && route.scope != Scope::kNone) {
    responses["503"] = {
        {"description", "there is too much to do, or the disk refuses; send it again"},
        {"headers",
         {{"Retry-After",
           {{"description", "in so many seconds"}, {"schema", {{"type", "integer"}}}}}}},
        {"content", problem}};
  }
  responses["default"] = {{"description", "why there is no answer"}, {"content", problem}};
  return responses;
}

json::object operation(const Route& route) {
  json::object operation{{"operationId", route.name}, {"summary", route.summary}};
  if (auto parameters = parameters_of(route); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (route.body != nullptr) {
    operation["requestBody"] = {
        {"required", true}, {"content", content("application/json", reference(route.body->name))}};
  }
  operation["responses"] = responses_of(route);
  if (route.scope != Scope::kNone) {
    operation["security"] = json::array{json::object{{"key", json::array{name(route.scope)}}},
                                        json::object{{"header", json::array{name(route.scope)}}}};
  }
  return operation;
}

void add_schema(const Shape* shape, json::object& schemas) {
  if (shape == nullptr || schemas.contains(shape->name)) return;
  schemas[shape->name] = to_schema(*shape);
  for (const auto& field : shape->fields) add_schema(field.shape, schemas);
}

const Shape& problem_shape() {
  static const Shape kShape{kProblemSchema,
                            {{"type", Type::kText, "always about:blank", true},
                             {"title", Type::kText, "of the status", true},
                             {"status", Type::kWhole, "of the answer", true},
                             {"detail", Type::kText, "one line: place, what is wrong", true}}};
  return kShape;
}

std::string_view verb(Method method) {
  switch (method) {
    case Method::kPost:
      return "post";
    case Method::kPut:
      return "put";
    case Method::kDelete:
      return "delete";
    case Method::kGet:
    case Method::kOther:
      break;
  }
  return "get";
}

}  // namespace

std::string openapi(Door door) {
  json::object paths;
  json::object schemas;
  add_schema(&problem_shape(), schemas);
  for (const auto& route : routes()) {
    if (route.door != door) continue;
    auto& path = paths[route.path];
    if (!path.is_object()) path.emplace_object();
    path.get_object()[verb(route.method)] = operation(route);
    for (const auto* shape : {route.body, route.answer}) add_schema(shape, schemas);
  }
  const json::object document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", door == Door::kShop ? "Vitrina" : "Vitrina, administration"},
        {"version", version()},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(schemas)},
        {"securitySchemes",
         {{"key", {{"type", "http"}, {"scheme", "bearer"}}},
          {"header", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}}}}}}};
  return json::serialize(document);
}

}  // namespace vitrina::server
