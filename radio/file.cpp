#include "radio/file.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace sen::radio {
namespace {

static_assert(std::endian::native == std::endian::little, "cf32_le");

using Json = nlohmann::ordered_json;

constexpr const char* data_ending = ".sigmf-data";
constexpr const char* meta_ending = ".sigmf-meta";
constexpr size_t max_meta_octets = 1 << 24;
constexpr unsigned max_ports = 64;

std::unexpected<Error> io(const std::string& path, const char* what) { return fail(Fault::io, path, "{}: {}", what, std::strerror(errno)); }

// A member of an object, if it is there and of the kind.
template <class T>
std::optional<T> member(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  if constexpr (std::is_same_v<T, std::string>) return found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
  else if constexpr (std::is_same_v<T, double>) return found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
  else return found->is_number_unsigned() ? std::optional(found->get<T>()) : std::nullopt;
}

Result<Json> read_meta(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return io(path, "cannot be opened");
  std::string text(max_meta_octets, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  Json out = Json::parse(text, nullptr, false);
  if (!out.is_object() || !out.contains("global") || !out["global"].is_object() || !out.contains("captures") || !out["captures"].is_array())
    return fail(Fault::invalid, path, "is no SigMF meta data: a JSON object with \"global\" and \"captures\"");
  return out;
}

}  // namespace

// ---- writing ----

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(const std::string& path, const Recording& what) {
  std::unique_ptr<RecordingWriter> out(new RecordingWriter(path, what));
  out->data_ = std::fopen((path + data_ending).c_str(), "wb");
  if (!out->data_) return io(path + data_ending, "cannot be written");
  return out;
}

RecordingWriter::~RecordingWriter() { (void)close(); }

Status RecordingWriter::write(int64_t time, std::span<const std::span<const Cf>> ports) {
  if (!data_) return fail(Fault::io, path_, "is closed");
  if (ports.size() != what_.ports) return fail(Fault::invalid, path_, "{} ports: {} are recorded", ports.size(), what_.ports);
  const uint64_t next = stretches_.empty() ? 0 : stretches_.back().time + samples_ - stretches_.back().start;
  const auto skip = static_cast<size_t>(std::clamp<int64_t>(static_cast<int64_t>(next) - time, 0, static_cast<int64_t>(ports[0].size())));
  const size_t n = ports[0].size() - skip;
  if (n == 0) return {};
  const uint64_t first = static_cast<uint64_t>(time + static_cast<int64_t>(skip));
  if (stretches_.empty() || first != next) stretches_.push_back({samples_, first});
  interleaved_.resize(n * ports.size());
  for (size_t p = 0; p < ports.size(); ++p) {
    for (size_t i = 0; i < n; ++i) interleaved_[i * ports.size() + p] = ports[p][skip + i];
  }
  if (std::fwrite(interleaved_.data(), sizeof(Cf), interleaved_.size(), data_) != interleaved_.size()) return io(path_ + data_ending, "cannot be written");
  samples_ += n;
  return {};
}

Status RecordingWriter::close() {
  if (!data_) return {};
  if (std::fclose(std::exchange(data_, nullptr)) != 0) return io(path_ + data_ending, "cannot be written");
  Json meta;
  meta["global"] = {{"core:datatype", "cf32_le"}, {"core:version", "1.0.0"}, {"core:sample_rate", what_.sample_rate_hz}, {"core:num_channels", what_.ports},
                    {"core:recorder", "Sen5G"}, {"core:description", what_.description}};
  meta["captures"] = Json::array();
  for (const Stretch& s : stretches_) {
    Json capture = {{"core:sample_start", s.start}, {"core:global_index", s.time}, {"core:frequency", what_.frequency_hz}};
    if (s.time == 0 || &s == &stretches_.front()) capture["core:datetime"] = what_.datetime;
    meta["captures"].push_back(std::move(capture));
  }
  meta["annotations"] = Json::array();
  std::ofstream out(path_ + meta_ending, std::ios::binary);
  out << meta.dump(2) << '\n';
  out.close();
  if (!out) return io(path_ + meta_ending, "cannot be written");
  return {};
}

// ---- reading ----

Result<std::unique_ptr<FileRadio>> FileRadio::open(const FileRadioConfig& config) {
  std::unique_ptr<FileRadio> out(new FileRadio());
  if (!config.replay.empty()) SEN_TRY(out->open_replay(config.replay));
  if (!config.record.empty()) {
    SEN_ASSIGN(out->writer_, RecordingWriter::create(config.record, config.recording));
  }
  return out;
}

FileRadio::~FileRadio() {
  if (data_) std::fclose(data_);
}

Status FileRadio::open_replay(const std::string& path) {
  const std::string meta_path = path + meta_ending, data_path = path + data_ending;
  SEN_ASSIGN(const Json meta, read_meta(meta_path));
  const Json& global = meta["global"];
  if (const auto type = member<std::string>(global, "core:datatype"); type != "cf32_le")
    return fail(Fault::unsupported, meta_path, "core:datatype '{}' (cf32_le)", type.value_or(""));
  replayed_.sample_rate_hz = member<double>(global, "core:sample_rate").value_or(0);
  if (!(replayed_.sample_rate_hz > 0)) return fail(Fault::missing, meta_path, "core:sample_rate in Hz");
  replayed_.ports = member<unsigned>(global, "core:num_channels").value_or(1);
  if (replayed_.ports < 1 || replayed_.ports > max_ports) return fail(Fault::invalid, meta_path, "core:num_channels {} (1 to {})", replayed_.ports, max_ports);
  replayed_.description = member<std::string>(global, "core:description").value_or("");
  data_ = std::fopen(data_path.c_str(), "rb");
  if (!data_) return io(data_path, "cannot be opened");
  std::error_code error;
  const uint64_t samples = std::filesystem::file_size(data_path, error) / (sizeof(Cf) * replayed_.ports);
  if (error) return io(data_path, "has no size");
  uint64_t start = 0, end_time = 0;
  for (const Json& capture : meta["captures"]) {
    if (!capture.is_object()) return fail(Fault::invalid, meta_path, "captures: an object each");
    const uint64_t first = member<uint64_t>(capture, "core:sample_start").value_or(0);
    if (first < start || first > samples) return fail(Fault::invalid, meta_path, "core:sample_start {} (ascending, at most {})", first, samples);
    if (!stretches_.empty()) {
      stretches_.back().samples = first - start;
      end_time = stretches_.back().time + stretches_.back().samples;
    } else {
      replayed_.frequency_hz = member<double>(capture, "core:frequency").value_or(0);
      replayed_.datetime = member<std::string>(capture, "core:datetime").value_or("");
    }
    const uint64_t time = member<uint64_t>(capture, "core:global_index").value_or(end_time);
    if (time < end_time || time > uint64_t{1} << 62) return fail(Fault::invalid, meta_path, "core:global_index {} lies before the stretch's before it", time);
    stretches_.push_back({time, samples - first});
    start = first;
  }
  if (stretches_.empty()) stretches_.push_back({0, samples});
  if (std::fseek(data_, 0, SEEK_SET) != 0) return io(data_path, "cannot be read");
  time_ = stretches_.front().time;
  return {};
}

Status FileRadio::read(std::span<const std::span<Cf>> ports, size_t at, size_t n) {
  interleaved_.resize(n * replayed_.ports);
  if (std::fread(interleaved_.data(), sizeof(Cf), interleaved_.size(), data_) != interleaved_.size()) return fail(Fault::io, "recording", "cannot be read");
  for (size_t p = 0; p < ports.size(); ++p) {
    for (size_t i = 0; i < n; ++i) ports[p][at + i] = p < replayed_.ports ? interleaved_[i * replayed_.ports + p] : Cf{};
  }
  return {};
}

Result<uint64_t> FileRadio::receive(std::span<const std::span<Cf>> ports) {
  for (const auto& port : ports) std::ranges::fill(port, Cf{});
  const size_t wanted = ports[0].size();
  const uint64_t first = time_;
  for (size_t got = 0; data_ && got < wanted;) {
    if (stopped_) return fail(Fault::io, "recording", "was stopped");
    while (stretch_ < stretches_.size() && done_ == stretches_[stretch_].samples) ++stretch_, done_ = 0;
    if (stretch_ == stretches_.size()) return fail(Fault::io, "recording", "has ended");
    const Stretch& s = stretches_[stretch_];
    if (s.time + done_ > first + got) {  // silence before it
      got = static_cast<size_t>(std::min<uint64_t>(wanted, s.time - first));
      continue;
    }
    const auto n = static_cast<size_t>(std::min<uint64_t>(wanted - got, s.samples - done_));
    SEN_TRY(read(ports, got, n));
    got += n;
    done_ += n;
  }
  if (stopped_) return fail(Fault::io, "recording", "was stopped");
  time_ += wanted;
  return first;
}

Status FileRadio::transmit(uint64_t time, std::span<const std::span<const Cf>> ports) {
  if (stopped_) return fail(Fault::io, "recording", "was stopped");
  return writer_ ? writer_->write(static_cast<int64_t>(time), ports) : Status{};
}

}  // namespace sen::radio
