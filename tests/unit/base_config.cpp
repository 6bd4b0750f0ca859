#include <gtest/gtest.h>

#include "base/config.h"

using namespace sen;
using namespace sen::config;

namespace {

struct Server {
  std::string address;
  uint16_t port = 38412;
};

struct Example {
  std::string name = "sen5g";
  int relative_capacity = 255;
  bool enabled = true;
  unsigned mode = 0;
  std::vector<Server> server{{"127.0.0.5", 38412}};
};

void describe(Section& section, Example& config) {
  section.section("amf", "The AMF.", [&](Section& amf) {
    amf.value("name", config.name, "Its name.");
    amf.value("relative_capacity", config.relative_capacity, 0, 255, "", "Its weight.");
    amf.value("enabled", config.enabled, "Whether it runs.");
    amf.choice("mode", config.mode, {"auto", "kernel"}, "How.");
    amf.list<Server>("server", config.server, "Where it listens.", [](Section& s, Server& server) {
      s.value("address", server.address, "Address.");
      s.value("port", server.port, 1, 65535, "", "Port.");
    });
  });
}

std::string problems_of(std::string_view yaml, Example& config, std::vector<std::string> overrides = {}) {
  Node root = *parse_text(yaml, "a.yml");
  for (const auto& text : overrides) EXPECT_TRUE(apply_override(root, text));
  std::string out;
  for (const auto& problem : load(root, config)) out += problem.describe() + "\n";
  return out;
}

}  // namespace

TEST(Config, loads_values_and_keeps_defaults) {
  Example config;
  EXPECT_EQ(problems_of("amf:\n  name: lab\n  mode: kernel\n  server:\n    - address: 10.0.0.1\n    - {address: 10.0.0.2, port: 1}\n", config), "");
  EXPECT_EQ(config.name, "lab");
  EXPECT_EQ(config.mode, 1u);
  EXPECT_EQ(config.relative_capacity, 255);
  ASSERT_EQ(config.server.size(), 2u);
  EXPECT_EQ(config.server[0].port, 38412);
  EXPECT_EQ(config.server[1].port, 1);
}

TEST(Config, refuses_unknown_keys_with_place_and_nearest_key) {
  Example config;
  EXPECT_EQ(problems_of("amf:\n  nmae: x\n", config), "a.yml:2 amf.nmae: unknown key; did you mean 'name'?\n");
}

TEST(Config, names_value_and_range_of_a_bad_number) {
  Example config;
  EXPECT_EQ(problems_of("amf:\n  server:\n    - port: 70000\n  relative_capacity: many\n", config),
            "a.yml:4 amf.relative_capacity: 'many' is not a whole number (0 to 255)\n"
            "a.yml:3 amf.server[0].port: 70000 is outside 1 to 65535\n");
}

TEST(Config, overrides_win_over_files) {
  Example config;
  EXPECT_EQ(problems_of("amf:\n  name: lab\n", config, {"amf.name=x", "amf.server[0].address=10.0.0.9", "amf.enabled=off"}), "");
  EXPECT_EQ(config.name, "x");
  EXPECT_EQ(config.server[0].address, "10.0.0.9");
  EXPECT_FALSE(config.enabled);
}

TEST(Config, an_override_is_taken_as_it_stands_unless_it_is_a_list_or_map) {
  Example config;
  EXPECT_EQ(problems_of("", config, {"amf.name=:memory:", "amf.server=[{address: a}, {address: b}]"}), "");
  EXPECT_EQ(config.name, ":memory:");
  EXPECT_EQ(config.server.size(), 2u);
}

TEST(Config, later_files_win_and_lists_are_replaced) {
  Node root = *parse_text("amf: {name: a, server: [{port: 1}, {port: 2}]}", "a.yml");
  merge(root, *parse_text("amf: {server: [{port: 3}]}", "b.yml"));
  Example config;
  EXPECT_TRUE(load(root, config).empty());
  EXPECT_EQ(config.name, "a");
  ASSERT_EQ(config.server.size(), 1u);
  EXPECT_EQ(config.server[0].port, 3);
}

TEST(Config, reports_yaml_errors_with_their_line) {
  EXPECT_EQ(parse_text("a: 1\nb: [", "a.yml").error().where, "a.yml:2");
  EXPECT_EQ(parse_text("a: 1\na: 2\n", "a.yml").error().describe(), "a.yml:2: key 'a' stands twice in one section");
}

TEST(Config, lists_its_rows_for_documentation_and_schema) {
  auto rows = rows_of<Example>();
  EXPECT_EQ(rows[1].path, "amf.name");
  EXPECT_EQ(rows[1].default_value, "sen5g");
  EXPECT_NE(to_markdown(rows).find("| `amf.server[].port` | integer | 1 to 65535 | `38412` | Port. |"), std::string::npos);
  EXPECT_NE(to_json_schema(rows, "x").find("\"enum\":[\"auto\",\"kernel\"]"), std::string::npos);
}
