// Runs a fuzz target without libFuzzer: every file of the corpus folder given, then seeded mutations of them.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

static sen::Bytes mutate(const sen::Bytes& input, sen::Random& random) {
  sen::Bytes out = input;
  for (uint64_t n = random.between(1, 4); n > 0; --n) {
    if (out.empty()) {
      out = random.bytes(random.between(1, 16));
      continue;
    }
    size_t at = random.between(0, out.size() - 1);
    switch (random.between(0, 4)) {
      case 0: out[at] ^= static_cast<uint8_t>(1u << random.between(0, 7)); break;
      case 1: out[at] = static_cast<uint8_t>(random.next()); break;
      case 2: out.resize(at); break;
      case 3: out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), static_cast<uint8_t>(random.next())); break;
      case 4: out.erase(out.begin() + static_cast<std::ptrdiff_t>(at)); break;
    }
  }
  return out;
}

int main(int argc, char** argv) {
  std::vector<sen::Bytes> corpus{{}};
  if (argc > 1 && std::filesystem::is_directory(argv[1])) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
      std::ifstream file(path, std::ios::binary);
      corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  const size_t rounds = 20000;
  sen::Random random(1);
  for (const auto& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
  for (size_t i = 0; i < rounds; ++i) {
    sen::Bytes input = mutate(corpus[random.between(0, corpus.size() - 1)], random);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs and %zu mutations replayed\n", corpus.size(), rounds);
}
