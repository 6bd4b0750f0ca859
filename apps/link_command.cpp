// sen5g link: block error rates and throughput of the physical channels over SNR, with files of results and a picture.
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "apps/commands.h"
#include "apps/core_config.h"
#include "apps/link/conformance.h"
#include "apps/link/report.h"

namespace sen {

namespace {

volatile std::sig_atomic_t interrupted = 0;

int refuse(const std::vector<Error>& problems) {
  for (const Error& e : problems) fmt::print(stderr, "sen5g: {}\n", e.describe());
  return 2;
}

// "-2:6:0.5", "-2:6", "3"
std::vector<Error> read_snr(const std::string& text, link::Case& c) {
  char end = 0;
  double from = 0, to = 0, step = 1;
  int n = std::sscanf(text.c_str(), "%lf:%lf:%lf%c", &from, &to, &step, &end);
  if (n == 1) n = std::sscanf(text.c_str(), "%lf%c", &from, &end) == 1 ? 1 : 0, to = from;
  if (n == 2) n = std::sscanf(text.c_str(), "%lf:%lf%c", &from, &to, &end) == 2 ? 2 : 0;
  if (n < 1 || n > 3 || !(step >= 0.01) || !(to >= from) || from < -40 || to > 60) {
    return {{Fault::invalid, "--snr", fmt::format("'{}' is not FROM:TO[:STEP] in dB (-40 to 60, steps from 0.01)", text)}};
  }
  c.snr_from = from, c.snr_to = to, c.snr_step = step;
  return {};
}

// A name that says how a case differs from the default one.
std::string name_of(const link::Case& c) {
  std::string name(to_string(c.kind)), usual = link::canonical(link::Case{}), own = link::canonical(c);
  for (size_t from = 0; from < own.size();) {
    size_t to = own.find(' ', from), to_usual = usual.find(' ');
    std::string row = own.substr(from, to - from);
    if (row != usual.substr(0, to_usual) && !row.starts_with("channel=")) name += " " + row.substr(row.find('.') + 1);
    usual.erase(0, to_usual + 1);
    from = to + 1;
  }
  return name;
}

// The sweep of files, of the command line, or of both: a channel on the command line is one case more.
std::vector<Error> read_sweep(const LinkOptions& options, link::Sweep& sweep) {
  std::vector<Error> problems;
  ConfigOptions files{options.files, {}};
  const config::Node root = merge_files(files, problems);
  if (!problems.empty()) return problems;
  problems = config::load(root, sweep);
  if (!options.channel.empty()) {
    config::Node one;
    one.kind = config::Node::Kind::map;
    for (const auto& assignment : options.overrides) {
      if (auto status = config::apply_override(one, assignment); !status) problems.push_back(status.error());
    }
    link::Case c;
    for (size_t i = 0; i < std::size(link::kind_names); ++i) {
      if (link::kind_names[i] == options.channel) c.kind = static_cast<link::Kind>(i);
    }
    for (auto& problem : config::load(one, c)) problems.push_back(std::move(problem));
    sweep.cases.push_back(c);
  } else if (!options.overrides.empty()) {
    problems.push_back({Fault::invalid, "--set", "needs a channel on the command line"});
  }
  for (link::Case& c : sweep.cases) {
    if (!options.snr.empty()) std::ranges::move(read_snr(options.snr, c), std::back_inserter(problems));
    if (c.name.empty()) c.name = name_of(c);
  }
  if (options.seed) sweep.seed = *options.seed;
  if (options.errors) sweep.errors = *options.errors;
  if (options.blocks) sweep.blocks = *options.blocks;
  sweep.least_blocks = std::min(sweep.least_blocks, sweep.blocks);
  if (sweep.cases.empty() && problems.empty()) problems.push_back({Fault::missing, "link", "no case: name a channel, or a file with cases (--help shows both)"});
  return problems;
}

std::string duration(double seconds) {
  auto s = static_cast<long>(seconds + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60) : fmt::format("{}:{:02}", s / 60, s % 60);
}

void show(const link::Progress& p) {
  const double done = (static_cast<double>(p.points_done) + p.share) / static_cast<double>(p.points);
  const auto filled = static_cast<size_t>(done * 24);
  std::string name = p.curve->test_case.name.substr(0, 32);
  fmt::print(stderr, "\r\033[K[{}{}] {:3.0f} %  {} {:g} dB: {} blocks, BLER {:.3g}  {} left", std::string(filled, '#'), std::string(24 - filled, '.'), 100 * done, name,
             p.point->snr_db, p.point->counts.blocks, p.point->counts.bler(), duration(p.left_s));
  std::fflush(stderr);
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) fmt::print(stderr, "sen5g: {}: cannot be written\n", path.string());
  return static_cast<bool>(file);
}

}  // namespace

namespace {

// Makes the folder and reads what is stored there.
std::optional<Error> open_store(const LinkOptions& options, uint64_t seed, link::Store& store) {
  std::error_code failed;
  std::filesystem::create_directories(options.output_folder, failed);
  if (failed) return Error{Fault::io, options.output_folder, failed.message()};
  if (options.fresh) return std::nullopt;
  if (auto status = store.load(seed); !status) return status.error();
  if (!store.empty()) fmt::print(stderr, "going on with {}\n", (std::filesystem::path(options.output_folder) / "state.txt").string());
  return std::nullopt;
}

// Ctrl-C ends a sweep after the blocks under way.
class Interruptible {
 public:
  Interruptible() : int_(std::signal(SIGINT, [](int) { interrupted = 1; })), term_(std::signal(SIGTERM, [](int) { interrupted = 1; })) {}
  ~Interruptible() {
    std::signal(SIGINT, int_);
    std::signal(SIGTERM, term_);
  }
  Interruptible(const Interruptible&) = delete;

 private:
  void (*int_)(int);
  void (*term_)(int);
};

unsigned threads_of(const LinkOptions& options) { return options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency()); }

int run_conformance(const LinkOptions& options) {
  const std::filesystem::path folder(options.output_folder);
  link::ConformanceOptions conformance;
  if (options.seed) conformance.seed = *options.seed;
  if (options.errors) conformance.errors = *options.errors;
  if (options.blocks) conformance.blocks = *options.blocks;
  conformance.threads = threads_of(options);
  conformance.stop = [] { return interrupted != 0; };
  link::Store store((folder / "state.txt").string());
  if (auto problem = open_store(options, conformance.seed, store)) return refuse({*problem});
  bool saved = true;
  conformance.progress = [&](size_t row, size_t rows, const link::Requirement& r) {
    saved = store.save(conformance.seed).has_value();
    if (!options.quiet) fmt::print(stderr, "{} of {}: {} {}\n", row + 1, rows, r.clause, r.test_case.name);
  };
  Interruptible guard;
  auto verdicts = link::measure_conformance(conformance, store);
  if (!verdicts) return refuse({verdicts.error()});
  const std::string text = link::to_markdown(*verdicts, conformance);
  fmt::print("{}", text);
  const bool written = saved && store.save(conformance.seed) && write(folder / "link-conformance.md", text);
  return written && !interrupted ? 0 : 1;
}

}  // namespace

int run_link(const LinkOptions& options) {
  if (options.conformance) return run_conformance(options);
  link::Sweep sweep;
  if (auto problems = read_sweep(options, sweep); !problems.empty()) return refuse(problems);
  for (const auto& c : sweep.cases) {
    if (auto status = link::check(c); !status) return refuse({status.error()});
  }
  if (options.list) {
    for (const auto& c : sweep.cases) fmt::print("{}: {} points from {:g} to {:g} dB\n  {}\n", c.name, link::snrs(c).size(), c.snr_from, c.snr_to, link::canonical(c));
    return 0;
  }
  const std::filesystem::path folder(options.output_folder);
  link::Store store((folder / "state.txt").string());
  if (auto problem = open_store(options, sweep.seed, store)) return refuse({*problem});
  link::RunOptions run_options;
  run_options.threads = threads_of(options);
  const bool bar = isatty(STDERR_FILENO) != 0 && !options.quiet;
  if (bar) run_options.progress = show;
  bool saved = true;
  run_options.save = [&] { saved = store.save(sweep.seed).has_value(); };
  run_options.stop = [] { return interrupted != 0; };
  Interruptible guard;
  auto curves = link::run(sweep, store, run_options);
  if (bar) fmt::print(stderr, "\r\033[K");
  if (!curves) return refuse({curves.error()});
  fmt::print("{}", link::to_text(sweep, *curves));
  bool written = saved && write(folder / "link.csv", link::to_csv(*curves)) && write(folder / "link.json", link::to_json(sweep, *curves)) &&
                 write(folder / "link.svg", link::to_svg(*curves));
  if (written) fmt::print("{}{}: link.csv, link.json, link.svg\n", interrupted ? "interrupted; the same command goes on. " : "", folder.string());
  return written && !interrupted ? 0 : 1;
}

}  // namespace sen
