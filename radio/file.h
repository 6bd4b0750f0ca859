// Samples in files: SigMF recordings (sigmf.org). NAME.sigmf-data has the samples as cf32_le, the ports sample by sample; NAME.sigmf-meta says sampling rate,
// carrier frequency, time, and where in the radio's time each stretch of samples lies (core:global_index). FileRadio replays one as a radio and records what
// is sent to it. Whole stretches on a disk: 8 octets a sample and port.
#pragma once

#include <atomic>
#include <cstdio>
#include <memory>
#include <vector>

#include "radio/radio.h"

namespace sen::radio {

struct Recording {
  double sample_rate_hz = 0;
  double frequency_hz = 0;
  unsigned ports = 1;
  std::string datetime;      // of time 0, ISO 8601 UTC
  std::string description;
};

class RecordingWriter {
 public:
  // `path` without the ending; files that are there are overwritten. Error io: the file and why.
  static Result<std::unique_ptr<RecordingWriter>> create(const std::string& path, const Recording& what);
  ~RecordingWriter();        // closes; an error then is lost
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  // Ascending; a gap begins a new stretch. Samples before time 0 and such that were written already are left out.
  Status write(int64_t time, std::span<const std::span<const Cf>> ports);
  // The meta data; nothing is written after it.
  Status close();
  uint64_t samples() const { return samples_; }

 private:
  struct Stretch {
    uint64_t start = 0, time = 0;  // of the file and of the radio
  };
  RecordingWriter(std::string path, const Recording& what) : path_(std::move(path)), what_(what) {}

  std::string path_;
  Recording what_;
  std::FILE* data_ = nullptr;
  std::vector<Stretch> stretches_;
  uint64_t samples_ = 0;
  std::vector<Cf> interleaved_;
};

struct FileRadioConfig {
  std::string replay;        // path without the ending; empty: silence is received
  std::string record;        // of what is transmitted; empty: it is dropped
  Recording recording;       // what `record` says of itself
};

// Runs as fast as it is asked. What lies between stretches reads as silence; at the end receive() fails with io.
class FileRadio final : public Radio {
 public:
  // Errors: a file that is not there, meta data that are none of a cf32_le recording, by name.
  static Result<std::unique_ptr<FileRadio>> open(const FileRadioConfig& config);
  ~FileRadio() override;

  const Recording& recording() const { return replayed_; }
  Result<uint64_t> receive(std::span<const std::span<Cf>> ports) override;
  Status transmit(uint64_t time, std::span<const std::span<const Cf>> ports) override;
  void stop() override { stopped_ = true; }
  Counters counters() const override { return {}; }

 private:
  struct Stretch {
    uint64_t time = 0, samples = 0;
  };
  FileRadio() = default;
  Status open_replay(const std::string& path);
  Status read(std::span<const std::span<Cf>> ports, size_t at, size_t n);

  Recording replayed_;
  std::FILE* data_ = nullptr;
  std::vector<Stretch> stretches_;
  size_t stretch_ = 0;             // that is being read
  uint64_t done_ = 0;              // samples of it
  uint64_t time_ = 0;
  std::unique_ptr<RecordingWriter> writer_;
  std::vector<Cf> interleaved_;
  std::atomic<bool> stopped_{false};
};

}  // namespace sen::radio
