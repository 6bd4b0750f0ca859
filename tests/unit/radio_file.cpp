// SigMF recordings and the radio that replays them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"
#include "radio/file.h"

namespace sen::radio {
namespace {

class RadioFile : public testing::Test {
 protected:
  RadioFile() : folder_(std::filesystem::temp_directory_path() / ("sen5g-radio-file-" + std::to_string(::getpid()))) { std::filesystem::create_directories(folder_); }
  ~RadioFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  std::string text(const std::string& file) const {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& file, const std::string& what) const { std::ofstream(file) << what; }

  std::filesystem::path folder_;
};

using Ports = std::vector<std::vector<Cf>>;

Ports noise(Random& random, size_t ports, size_t n) {
  Ports out(ports, std::vector<Cf>(n));
  for (auto& port : out) {
    for (Cf& x : port) x = {static_cast<float>(random.next() >> 40), static_cast<float>(random.next() >> 40)};
  }
  return out;
}
std::vector<std::span<const Cf>> views(const Ports& p) { return {p.begin(), p.end()}; }
std::vector<std::span<Cf>> views(Ports& p) { return {p.begin(), p.end()}; }

Result<std::unique_ptr<FileRadio>> replay(const std::string& path) { return FileRadio::open({.replay = path, .record = {}, .recording = {}}); }

TEST_F(RadioFile, replays_what_was_recorded_at_its_times_with_silence_between) {
  Random random(1);
  const Ports first = noise(random, 2, 1000), second = noise(random, 2, 300);
  {
    auto radio = FileRadio::open({.replay = {}, .record = path("a"), .recording = {.sample_rate_hz = 23.04e6, .frequency_hz = 3.5e9, .ports = 2,
                                                                                  .datetime = "2026-01-02T03:04:05Z", .description = "two ports"}});
    ASSERT_TRUE(radio) << radio.error().describe();
    ASSERT_TRUE((*radio)->transmit(50, views(first)));
    ASSERT_TRUE((*radio)->transmit(1500, views(second)));
  }
  auto radio = replay(path("a"));
  ASSERT_TRUE(radio) << radio.error().describe();
  EXPECT_EQ((*radio)->recording().sample_rate_hz, 23.04e6);
  EXPECT_EQ((*radio)->recording().frequency_hz, 3.5e9);
  EXPECT_EQ((*radio)->recording().ports, 2u);
  EXPECT_EQ((*radio)->recording().datetime, "2026-01-02T03:04:05Z");
  Ports got(2, std::vector<Cf>(125)), whole(2);
  for (unsigned i = 0; i < 14; ++i) {
    const auto time = (*radio)->receive(views(got));
    ASSERT_TRUE(time) << time.error().describe();
    EXPECT_EQ(*time, 50 + 125 * i);
    for (size_t p = 0; p < 2; ++p) whole[p].insert(whole[p].end(), got[p].begin(), got[p].end());
  }
  EXPECT_FALSE((*radio)->receive(views(got)));
  for (size_t p = 0; p < 2; ++p) {
    std::vector<Cf> expected(1750);
    std::ranges::copy(first[p], expected.begin());
    std::ranges::copy(second[p], expected.begin() + 1450);
    EXPECT_EQ(whole[p], expected);
  }
}

TEST_F(RadioFile, leaves_out_what_lies_before_time_0_or_was_written_already) {
  Random random(2);
  const Ports x = noise(random, 1, 100);
  auto writer = RecordingWriter::create(path("b"), {.sample_rate_hz = 1e6, .frequency_hz = 0, .ports = 1, .datetime = {}, .description = {}});
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(-40, views(x)));
  ASSERT_TRUE((*writer)->write(30, views(x)));
  EXPECT_EQ((*writer)->samples(), 130u);
  ASSERT_TRUE((*writer)->close());
  EXPECT_FALSE((*writer)->write(500, views(x)));
  auto radio = replay(path("b"));
  ASSERT_TRUE(radio);
  Ports got(1, std::vector<Cf>(130));
  ASSERT_EQ((*radio)->receive(views(got)), 0u);
  EXPECT_TRUE(std::equal(got[0].begin(), got[0].begin() + 60, x[0].begin() + 40));
  EXPECT_TRUE(std::equal(got[0].begin() + 60, got[0].end(), x[0].begin() + 30));
}

TEST_F(RadioFile, names_what_is_wrong_with_a_recording) {
  auto problem = [&](const std::string& meta) {
    put(path("c.sigmf-meta"), meta);
    auto radio = replay(path("c"));
    return radio ? std::string("none") : radio.error().describe();
  };
  EXPECT_NE(replay(path("nothing")).error().describe().find("nothing.sigmf-meta"), std::string::npos);
  put(path("c.sigmf-data"), std::string(80, 'x'));
  EXPECT_NE(problem("no json").find("SigMF"), std::string::npos);
  EXPECT_NE(problem("{\"global\": {}, \"captures\": []}").find("core:datatype"), std::string::npos);
  EXPECT_NE(problem(R"({"global": {"core:datatype": "ci16_le"}, "captures": []})").find("ci16_le"), std::string::npos);
  EXPECT_NE(problem(R"({"global": {"core:datatype": "cf32_le"}, "captures": []})").find("core:sample_rate"), std::string::npos);
  const std::string global = R"({"global": {"core:datatype": "cf32_le", "core:sample_rate": 1000000}, "captures": )";
  EXPECT_EQ(problem(global + "[]}"), "none");
  EXPECT_NE(problem(global + R"([{"core:sample_start": 11}]})").find("core:sample_start"), std::string::npos);
  EXPECT_NE(problem(global + R"([{"core:sample_start": 0}, {"core:sample_start": 5, "core:global_index": 3}]})").find("core:global_index"), std::string::npos);
  EXPECT_NE(problem(global + "[7]}").find("captures"), std::string::npos);
}

}  // namespace
}  // namespace sen::radio
