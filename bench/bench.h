// What the benchmarks share: a median timer and one line of JSON a figure, with machine and ISA.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <string>

namespace sen::bench {

// Median of 15 runs of about 2 ms each, nanoseconds an operation.
template <class F>
double median_ns(F&& operation) {
  using Clock = std::chrono::steady_clock;
  auto run = [&](int n) {
    auto start = Clock::now();
    for (int i = 0; i < n; ++i) operation();
    return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / n;
  };
  int n = std::max(1, static_cast<int>(2e6 / std::max(1.0, run(20))));
  std::array<double, 15> runs;
  for (double& r : runs) r = run(n);
  std::nth_element(runs.begin(), runs.begin() + 7, runs.end());
  return runs[7];
}

// "AMD EPYC 7R13 Processor"
inline std::string machine() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

inline const char* isa() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512f") ? "x86-64 with AVX-512" : __builtin_cpu_supports("avx2") ? "x86-64 with AVX2" : "x86-64";
#else
  return "aarch64";
#endif
}

// {"bench":"codec","operation":"...","ns":123,"per_s_and_core":...,"machine":"...","isa":"..."}
inline void report(const std::string& bench, const std::string& operation, double ns, const std::string& what) {
  fmt::print("{{\"bench\":\"{}\",\"operation\":\"{}\",\"ns\":{:.1f},\"{}_per_s_and_core\":{:.0f},\"machine\":\"{}\",\"isa\":\"{}\"}}\n", bench,
             operation, ns, what, 1e9 / ns, machine(), isa());
}

}  // namespace sen::bench
