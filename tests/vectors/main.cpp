// vector-check: runs every case of every block in a folder of vectors against our code; see docs/vectors.md.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/vectors/alter.h"

namespace {

using namespace sen;
using namespace sen::vectors;
using nlohmann::json;
namespace fs = std::filesystem;

struct Options {
  fs::path folder;
  std::vector<std::string> only_blocks, only_cases;
  unsigned threads = 0;
  bool all_failures = false;
  bool alter = false;
  bool strict = false;
};

struct Job {
  size_t block;
  std::unique_ptr<json> row;  // of a table; the values of cases.json are the block's
  const json* value;
  Case test_case;
  std::vector<std::string> messages;
  double error = 0;
  std::vector<std::string> unread;  // fields that the checker did not ask for
  Alterations alterations;
};

struct Block {
  std::string name;
  fs::path folder;
  Run run = nullptr;
  json cases;
  std::vector<std::string> problems;  // of the block as a whole: each counts as a failure
  size_t n = 0, passed = 0;
  double error = 0;
};

std::vector<std::string> cells_of(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> out;
  for (size_t from = 0;;) {
    size_t to = line.find(',', from);
    out.push_back(line.substr(from, to - from));
    if (to == std::string::npos) return out;
    from = to + 1;
  }
}

bool wanted(const std::vector<std::string>& only, const std::string& name) { return only.empty() || std::ranges::find(only, name) != only.end(); }

void read_table(const fs::path& path, size_t index, Block& block, const Options& options, std::vector<Job>& jobs) {
  std::ifstream file(path);
  std::vector<std::string> header;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    auto cells = cells_of(line);
    if (header.empty()) {
      header = cells;
      continue;
    }
    std::string id = fmt::format("{}:{}", path.filename().string(), number);
    if (cells.size() != header.size()) {
      block.problems.push_back(fmt::format("{}: {} cells where the header has {}", id, cells.size(), header.size()));
      continue;
    }
    if (!wanted(options.only_cases, id)) continue;
    auto row = std::make_unique<json>(json::object());
    for (size_t i = 0; i < cells.size(); ++i) (*row)[header[i]] = cells[i];
    Case test_case(path.parent_path(), path.filename().string(), id, *row);
    const json* value = row.get();
    jobs.push_back({index, std::move(row), value, std::move(test_case), {}, 0, {}, {}});
  }
  if (header.empty()) block.problems.push_back(fmt::format("{}: no header line", path.string()));
}

void read_cases(const fs::path& path, size_t index, Block& block, const Options& options, std::vector<Job>& jobs) {
  std::ifstream file(path);
  block.cases = json::parse(file, nullptr, false);
  if (!block.cases.is_array()) {
    block.problems.push_back(fmt::format("{}: not a JSON array of cases", path.string()));
    return;
  }
  for (size_t i = 0; i < block.cases.size(); ++i) {
    const json& value = block.cases[i];
    std::string id = value.is_object() && value.contains("id") && value["id"].is_string() ? value["id"].get<std::string>() : fmt::format("number {}", i);
    if (wanted(options.only_cases, id)) jobs.push_back({index, nullptr, &value, Case(path.parent_path(), "cases.json", id, value), {}, 0, {}, {}});
  }
}

void read_block(const fs::path& folder, size_t index, Block& block, const Options& options, std::vector<Job>& jobs) {
  block.run = find_block(block.name);
  if (block.run == nullptr) {
    block.problems.push_back(fmt::format("unknown block {} (known: {})", block.name, fmt::join(known_blocks(), ", ")));
    return;
  }
  size_t before = jobs.size();
  std::vector<fs::path> tables;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".csv") tables.push_back(entry.path());
  }
  std::ranges::sort(tables);
  for (const auto& table : tables) read_table(table, index, block, options, jobs);
  if (fs::exists(folder / "cases.json")) {
    read_cases(folder / "cases.json", index, block, options, jobs);
  } else if (tables.empty()) {
    block.problems.push_back(fmt::format("missing file {} (and no tables *.csv)", (folder / "cases.json").string()));
  }
  if (jobs.size() == before && block.problems.empty() && options.only_cases.empty()) block.problems.push_back("no cases");
}

void run_job(Job& job, const Block& block, const Options& options) {
  try {
    Outcome outcome = block.run(job.test_case);
    job.error = outcome.largest_error();
    job.messages = outcome.messages();
    if (!outcome.passed()) return;
    job.unread = job.test_case.unread();
    if (!options.strict) return;
    for (const auto& field : job.unread) job.messages.push_back(fmt::format("{} is not checked", field));
  } catch (const std::exception& e) {
    job.messages.emplace_back(e.what());
  }
}

void alter_job(Job& job, const Block& block) {
  if (job.messages.empty()) {
    alter_each(block.folder, job.test_case.group(), job.test_case.id(), *job.value, block.run, job.alterations);
  }
}

void run_all(std::vector<Job>& jobs, const std::vector<Block>& blocks, const Options& options) {
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < (options.threads != 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency())); ++i) {
    workers.emplace_back([&] {
      for (size_t n; (n = next.fetch_add(1)) < jobs.size();) {
        run_job(jobs[n], blocks[jobs[n].block], options);
        if (options.alter) alter_job(jobs[n], blocks[jobs[n].block]);
      }
    });
  }
}

// Failed cases' first messages, eight a block unless all are asked for.
void print_failures(const std::vector<Job>& jobs, const Block& block, size_t index, bool all) {
  size_t shown = 0, failed = 0;
  for (const auto& problem : block.problems) fmt::print("  {}: {}\n", block.name, problem);
  for (const Job& job : jobs) {
    if (job.block != index || job.messages.empty()) continue;
    ++failed;
    if (!all && shown == 8) continue;
    ++shown;
    size_t n = all ? job.messages.size() : std::min<size_t>(3, job.messages.size());
    for (size_t i = 0; i < n; ++i) fmt::print("  {}: {}\n", job.test_case.id(), job.messages[i]);
    if (n < job.messages.size()) fmt::print("  {}: and {} more\n", job.test_case.id(), job.messages.size() - n);
  }
  if (shown < failed) fmt::print("  and {} more cases (--failures shows all)\n", failed - shown);
}

// Fields of passing cases that the block's checker knows nothing of: said, because an altered value there would go unnoticed.
void print_unread(const std::vector<Job>& jobs, size_t index) {
  std::map<std::string, size_t> fields;
  for (const Job& job : jobs) {
    if (job.block != index || !job.messages.empty()) continue;
    for (const auto& field : job.unread) ++fields[without_indices(field)];
  }
  for (const auto& [field, n] : fields) fmt::print("  note: {} of {} cases is not checked\n", field, n);
}

void print_alterations(const std::vector<Job>& jobs, const std::vector<Block>& blocks) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    Alterations sum;
    for (const Job& job : jobs) {
      if (job.block != i) continue;
      sum.made += job.alterations.made;
      sum.noticed += job.alterations.noticed;
      for (const auto& [path, n] : job.alterations.unnoticed) sum.unnoticed[path] += n;
    }
    fmt::print("{}: {} of {} alterations noticed\n", blocks[i].name, sum.noticed, sum.made);
    for (const auto& [path, n] : sum.unnoticed) fmt::print("  {} not: {}\n", n, path);
  }
}

int check(const Options& options) {
  auto start = std::chrono::steady_clock::now();
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(options.folder)) {
    if (entry.is_directory() && wanted(options.only_blocks, entry.path().filename().string())) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  for (const auto& name : options.only_blocks) {
    if (!fs::is_directory(options.folder / name)) {
      fmt::print(stderr, "vector-check: {} has no block {}\n", options.folder.string(), name);
      return 2;
    }
  }
  if (folders.empty()) {
    fmt::print(stderr, "vector-check: {} holds no blocks (folders with cases.json or tables)\n", options.folder.string());
    return 2;
  }
  std::vector<Block> blocks(folders.size());
  std::vector<Job> jobs;
  for (size_t i = 0; i < folders.size(); ++i) {
    blocks[i].name = folders[i].filename().string();
    blocks[i].folder = folders[i];
    read_block(folders[i], i, blocks[i], options, jobs);
  }
  if (jobs.empty() && !options.only_cases.empty()) {
    fmt::print(stderr, "vector-check: no case {} in {}\n", fmt::join(options.only_cases, ", "), options.folder.string());
    return 2;
  }
  run_all(jobs, blocks, options);

  size_t width = 5;
  for (Block& block : blocks) width = std::max(width, block.name.size());
  for (const Job& job : jobs) {
    Block& block = blocks[job.block];
    ++block.n;
    block.passed += job.messages.empty();
    block.error = std::max(block.error, job.error);
  }
  fmt::print("{:<{}} {:>6} {:>6} {:>14}\n", "block", width, "cases", "passed", "largest error");
  size_t n = 0, passed = 0, problems = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    if (block.n == 0 && block.problems.empty()) continue;
    bool good = block.passed == block.n && block.problems.empty();
    fmt::print("{:<{}} {:>6} {:>6} {:>14.3g}{}\n", block.name, width, block.n, block.passed, block.error, good ? "" : "  FAILED");
    print_failures(jobs, block, i, options.all_failures);
    print_unread(jobs, i);
    n += block.n, passed += block.passed, problems += block.problems.size();
  }
  fmt::print("{:<{}} {:>6} {:>6}   {:.1f} s\n", "total", width, n, passed, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  if (options.alter) print_alterations(jobs, blocks);
  return n == passed && problems == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Compares Sen5G with a folder of test vectors: each subfolder is a block (cases.json with data files, or tables *.csv).\n"
      "Ends with 0 when every case of every block passed, 1 when one failed, a block is unknown or a file is missing, 2 for wrong arguments."};
  Options options;
  app.add_option("DIR", options.folder, "Folder of blocks")->required()->check(CLI::ExistingDirectory);
  app.add_option("--block", options.only_blocks, "Only these blocks");
  app.add_option("--case", options.only_cases, "Only the cases with these ids (rows of a table: file:line)");
  app.add_option("--threads", options.threads, "Threads; 0: one a core")->check(CLI::Range(0, 256))->capture_default_str();
  app.add_flag("--failures", options.all_failures, "Show every message of every failed case");
  app.add_flag("--alter", options.alter, "Check the checkers: alter each value of each case and list alterations that no checker notices");
  app.add_flag("--strict", options.strict, "Let a case fail when it states a field that the checker neither uses nor compares (otherwise a note)");
  try {
    app.parse(argc, argv);
    return check(options);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "vector-check: {}\n", e.what());
    return 2;
  }
}
